import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { ChunkRange, NumberLine, RejectReason } from './numbers-file/judge-lines.ts';

/**
 * Copies lines into staging as they come; PostgreSQL's pace is the pace at which the file is read. Ends when `batches`
 * does; when it throws, the transaction can only be rolled back.
 */
export async function stageLines(
  tx: Transaction,
  importId: string,
  batches: AsyncIterable<readonly NumberLine[]>,
): Promise<void> {
  const copy = tx.client.query(copyFrom('copy rewards.bonus_rows (import_id, line, phone, raw, reason) from stdin'));
  await pipeline(async function* () {
    for await (const batch of batches)
      if (batch.length > 0) yield batch.map((line) => copyRow(importId, line)).join('');
  }, copy);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** One row in COPY's text form. */
function copyRow(importId: string, line: NumberLine): string {
  if ('phone' in line) return `${importId}\t${line.line}\t${line.phone}\t\\N\t\\N\n`;
  const raw = line.raw.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
  return `${importId}\t${line.line}\t\\N\t${raw}\t${line.reason}\n`;
}

const insertChunksStatement = statement(
  'rewards.insert_chunks',
  `insert into rewards.bonus_chunks (import_id, n, first_line, last_line, phones)
   select $1, c.n, c.first_line, c.last_line, c.phones
   from unnest($2::int[], $3::int[], $4::int[]) with ordinality c (first_line, last_line, phones, n)`,
);

export async function insertChunks(tx: Transaction, importId: string, chunks: readonly ChunkRange[]): Promise<void> {
  await tx.query(insertChunksStatement, [
    importId,
    chunks.map(({ firstLine }) => firstLine),
    chunks.map(({ lastLine }) => lastLine),
    chunks.map(({ phones }) => phones),
  ]);
}

const claimChunkStatement = statement<ChunkRange>(
  'rewards.claim_chunk',
  `update rewards.bonus_chunks set state = 'done'
   where (import_id, n) = (
     select import_id, n from rewards.bonus_chunks where import_id = $1 and state = 'open'
     order by n limit 1 for update skip locked)
   returning first_line as "firstLine", last_line as "lastLine", phones`,
);

/** Takes the lowest chunk that nobody else is working on. A crash or rollback gives it back at once. */
export async function claimChunk(tx: Transaction, importId: string): Promise<ChunkRange | undefined> {
  const [chunk] = await tx.query(claimChunkStatement, [importId]);
  return chunk;
}

const takePhonesStatement = statement<{ phone: string }>(
  'rewards.take_staged_phones',
  `delete from rewards.bonus_rows where import_id = $1 and line between $2 and $3 and phone is not null returning phone`,
);

/** Removes the chunk's phones from staging and gives them; refused lines stay for the rejects file. */
export async function takePhones(tx: Transaction, importId: string, chunk: ChunkRange): Promise<string[]> {
  const rows = await tx.query(takePhonesStatement, [importId, chunk.firstLine, chunk.lastLine]);
  return rows.map(({ phone }) => phone);
}

const moveChunksStatement = statement<{ n: number }>(
  'rewards.move_chunks',
  `update rewards.bonus_chunks set state = $3 where import_id = $1 and state = $2 returning n`,
);

/**
 * Cancels an import's open chunks or opens its cancelled ones. Waits for chunks being credited; they come out done and
 * are left alone.
 *
 * @returns how many changed
 */
export async function moveChunks(
  tx: Transaction,
  importId: string,
  from: 'open' | 'cancelled',
  to: 'open' | 'cancelled',
): Promise<number> {
  const rows = await tx.query(moveChunksStatement, [importId, from, to]);
  return rows.length;
}

export interface RejectedLine {
  readonly line: number;
  readonly raw: string;
  readonly reason: RejectReason;
}

const listRejectsStatement = statement<RejectedLine>(
  'rewards.list_rejects',
  `select line, raw, reason from rewards.bonus_rows
   where import_id = $1 and reason is not null and line > $2 order by line limit $3`,
);

/** Refused lines in file order, after line `after`. */
export async function listRejects(
  queryable: Queryable,
  importId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<RejectedLine[]> {
  return queryable.query(listRejectsStatement, [importId, after, limit]);
}
