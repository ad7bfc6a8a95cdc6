import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { NumberLine, RejectReason } from './numbers-file/judge-lines.ts';
import type { NumberChunk } from './numbers-file/number-pile.ts';

/**
 * Copies refused lines into staging as they come; PostgreSQL's pace is the pace at which the file is read. Ends when `batches`
 * does; when it throws, the transaction can only be rolled back.
 */
export async function stageRefusedLines(
  tx: Transaction,
  importId: string,
  batches: AsyncIterable<readonly NumberLine[]>,
): Promise<void> {
  const copy = tx.client.query(copyFrom('copy rewards.bonus_rows (import_id, line, raw, reason) from stdin'));
  await pipeline(async function* () {
    for await (const batch of batches) {
      const refused = batch.flatMap((line) => ('reason' in line ? copyRow(importId, line) : []));
      if (refused.length > 0) yield refused.join('');
    }
  }, copy);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** One row in COPY's text form. */
function copyRow(importId: string, line: RejectedLine): string {
  const raw = line.raw.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
  return `${importId}\t${line.line}\t${raw}\t${line.reason}\n`;
}

/** Stores the numbers of an import that exists, a chunk a row. */
export async function insertChunks(tx: Transaction, importId: string, chunks: readonly NumberChunk[]): Promise<void> {
  const copy = tx.client.query(copyFrom('copy rewards.bonus_chunks (import_id, n, phones, numbers) from stdin'));
  await pipeline(function* () {
    for (const [n, { lines, numbers }] of chunks.entries()) {
      yield `${importId}\t${n + 1}\t${lines}\t{${numbers.join(',')}}\n`;
    }
  }, copy);
}

/** A chunk that this transaction credits. */
export interface TakenChunk {
  readonly lines: number;
  /** Its distinct numbers, as PostgreSQL writes a `bigint[]`: they only go back there. */
  readonly numbers: string;
}

// A process of the release before this one staged numbers as rows of lines.
const takeChunkStatement = statement<TakenChunk>(
  'rewards.take_chunk',
  `update rewards.bonus_chunks c set state = 'done', numbers = null
   where (import_id, n) = (
     select import_id, n from rewards.bonus_chunks where import_id = $1 and state = 'open'
     order by n limit 1 for update skip locked)
   returning phones as lines, coalesce(old.numbers, (
     select array_agg(distinct substr(r.phone, 2)::bigint) from rewards.bonus_rows r
     where r.import_id = c.import_id and r.line between c.first_line and c.last_line and r.phone is not null))::text as numbers`,
);

/** Takes the lowest chunk that nobody else is working on, and forgets its numbers. A crash or rollback gives it back at once. */
export async function takeChunk(tx: Transaction, importId: string): Promise<TakenChunk | undefined> {
  const [chunk] = await tx.query(takeChunkStatement, [importId]);
  return chunk;
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
