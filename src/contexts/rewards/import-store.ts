import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { CursorPosition } from '../../shared/cursor.ts';
import type { BonusImport } from './bonus-import.ts';
import type { NumbersSummary } from './numbers-file/read-numbers.ts';

const importColumns = `i.id, i.campaign_id as "campaignId", i.window_start as "windowStart", i.period_key as "periodKey",
  encode(i.sha256, 'hex') as sha256, i.coins, i.bytes, i.has_header as "hasHeader", i.phone_column as "phoneColumn",
  i.status, i.lines, i.blank_lines as "blankLines", i.credited, i.pending, i.duplicate, i.malformed, i.expired,
  i.created_at as "createdAt", i.finished_at as "finishedAt"`;

/** What an import keeps of its campaign, and what its file was. */
export interface NewImport {
  readonly id: string;
  readonly campaignId: string;
  readonly windowStart: Date;
  readonly periodKey: string;
  readonly coins: number;
  readonly message: string;
  readonly claimUntil: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly file: NumbersSummary;
}

const insertImportStatement = statement<{ id: string }>(
  'rewards.insert_import',
  `insert into rewards.bonus_imports (id, campaign_id, window_start, period_key, coins, message, claim_until, created_by,
     created_at, progressed_at, sha256, bytes, phone_column, has_header, lines, blank_lines, malformed, chunks, open_chunks,
     status, finished_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, $13, $14, $15, $16, $17::int, $17,
     case when $17 = 0 then 'finished' else 'crediting' end, case when $17 = 0 then $9::timestamptz end)
   on conflict on constraint bonus_imports_one_per_file do nothing
   returning id`,
);

/**
 * Stores the import, finished already when its file holds no phone. Waits for a transaction that is storing the same file
 * in the same window.
 *
 * @returns false when that file is in that window already; nothing was stored then
 */
export async function insertImport(tx: Transaction, created: NewImport): Promise<boolean> {
  const { file } = created;
  const rows = await tx.query(insertImportStatement, [
    created.id,
    created.campaignId,
    created.windowStart,
    created.periodKey,
    created.coins,
    created.message,
    created.claimUntil,
    created.createdBy,
    created.createdAt,
    file.sha256,
    file.bytes,
    file.phoneColumn,
    file.hasHeader,
    file.lines,
    file.blankLines,
    file.malformed,
    file.chunks.length,
  ]);
  return rows.length === 1;
}

const findImportStatement = statement<BonusImport>(
  'rewards.find_import',
  `select ${importColumns} from rewards.bonus_imports i where i.id = $1`,
);

export async function findImport(queryable: Queryable, id: string): Promise<BonusImport | undefined> {
  const [found] = await queryable.query(findImportStatement, [id]);
  return found;
}

const findImportOfFileStatement = statement<BonusImport>(
  'rewards.find_import_of_file',
  `select ${importColumns} from rewards.bonus_imports i
   where i.campaign_id = $1 and i.window_start = $2 and i.sha256 = $3`,
);

export async function findImportOfFile(
  queryable: Queryable,
  campaignId: string,
  windowStart: Date,
  sha256: Buffer,
): Promise<BonusImport | undefined> {
  const [found] = await queryable.query(findImportOfFileStatement, [campaignId, windowStart, sha256]);
  return found;
}

const listImportsStatement = statement<BonusImport & { readonly sortKey: string }>(
  'rewards.list_imports',
  `select ${importColumns}, i.created_at::text as "sortKey" from rewards.bonus_imports i
   where i.campaign_id = $1 and ($2::bytea is null or i.sha256 = $2)
     and ($3::timestamptz is null or (i.created_at, i.id) < ($3, $4::uuid))
   order by i.created_at desc, i.id desc limit $5`,
);

/** A campaign's imports, the newest first, strictly after `after`; of one file when `sha256` is given. */
export async function listImports(
  queryable: Queryable,
  {
    campaignId,
    sha256,
    after,
    limit,
  }: {
    readonly campaignId: string;
    readonly sha256: string | undefined;
    readonly after: CursorPosition | undefined;
    readonly limit: number;
  },
): Promise<(BonusImport & { readonly sortKey: string })[]> {
  const hash = sha256 === undefined ? null : Buffer.from(sha256, 'hex');
  return queryable.query(listImportsStatement, [campaignId, hash, after?.key ?? null, after?.id ?? null, limit]);
}

const listStalledStatement = statement<{ id: string }>(
  'rewards.list_stalled_imports',
  `select id from rewards.bonus_imports where status = 'crediting' and progressed_at < $1 order by id`,
);

/** Imports with open chunks of which none was credited since `before`: the process that worked on them is gone. */
export async function listStalledImports(queryable: Queryable, before: Date): Promise<string[]> {
  const rows = await queryable.query(listStalledStatement, [before]);
  return rows.map(({ id }) => id);
}

const isCreditingStatement = statement<{ crediting: boolean }>(
  'rewards.is_crediting',
  `select exists (select from rewards.bonus_imports where status = 'crediting' and progressed_at >= $1) as crediting`,
);

/** Whether a chunk of any import was credited, or an import created, since then and more is to come. */
export async function hasProgressSince(queryable: Queryable, since: Date): Promise<boolean> {
  const [row] = await queryable.query(isCreditingStatement, [since]);
  return row?.crediting === true;
}
