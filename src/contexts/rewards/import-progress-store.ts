import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import type { SmsTemplate } from '../notifications/index.ts';
import type { BonusImport } from './bonus-import.ts';
import { smsTemplateOf, templateColumns } from './sms-template.ts';
import type { TemplateColumns } from './sms-template.ts';

/** What every grant of an import has in common. */
export interface ImportTerms {
  readonly importId: string;
  readonly campaignId: string;
  readonly coins: number;
  readonly message: string;
  /** What its texts are made from; null for `message`. */
  readonly smsTemplate: SmsTemplate | null;
}

const findTermsStatement = statement<Omit<ImportTerms, 'smsTemplate'> & TemplateColumns>(
  'rewards.find_import_terms',
  `select i.id as "importId", i.campaign_id as "campaignId", i.message, ${templateColumns}
   from rewards.bonus_imports i join rewards.bonus_campaigns c on c.id = i.campaign_id where i.id = $1`,
);

/** The terms of an import that exists. */
export async function findImportTerms(tx: Transaction, importId: string): Promise<ImportTerms> {
  const [terms] = await tx.query(findTermsStatement, [importId]);
  if (terms === undefined) throw new Error(`There is no import ${importId}.`);
  const { importId: id, campaignId, coins, message } = terms;
  return { importId: id, campaignId, coins, message, smsTemplate: smsTemplateOf(terms) };
}

export interface ChunkCounts {
  readonly credited: number;
  readonly pending: number;
  readonly duplicate: number;
}

const countChunkStatement = statement(
  'rewards.count_chunk',
  `update rewards.bonus_imports set credited = credited + $2, pending = pending + $3, duplicate = duplicate + $4,
     open_chunks = open_chunks - 1, progressed_at = $5,
     status = case when open_chunks = 1 then 'finished' else status end,
     finished_at = case when open_chunks = 1 then $5::timestamptz end
   where id = $1`,
);

/**
 * Counts a credited chunk, as the transaction's last statement. The row lock makes the workers of an import pass one by
 * one, so exactly one of them sees the last open chunk and finishes it; asking "is any chunk open?" would miss it.
 */
export async function countChunk(tx: Transaction, importId: string, counts: ChunkCounts, now: Date): Promise<void> {
  await tx.query(countChunkStatement, [importId, counts.credited, counts.pending, counts.duplicate, now]);
}

/** How pending lines of one import ended. */
export interface SettledLines {
  readonly importId: string;
  readonly outcome: 'credited' | 'duplicate' | 'expired';
  readonly count: number;
}

const lockImportsStatement = statement(
  'rewards.lock_imports',
  `select 1 from rewards.bonus_imports where id = any ($1) order by id for no key update`,
);

const countSettledStatement = statement(
  'rewards.count_settled_lines',
  `update rewards.bonus_imports i set pending = i.pending - s.credited - s.duplicate - s.expired,
     credited = i.credited + s.credited, duplicate = i.duplicate + s.duplicate, expired = i.expired + s.expired
   from (
     select import_id,
       coalesce(sum(count) filter (where outcome = 'credited'), 0)::int as credited,
       coalesce(sum(count) filter (where outcome = 'duplicate'), 0)::int as duplicate,
       coalesce(sum(count) filter (where outcome = 'expired'), 0)::int as expired
     from unnest($1::uuid[], $2::text[], $3::int[]) l (import_id, outcome, count) group by import_id) s
   where i.id = s.import_id`,
);

/** Moves pending lines of any number of imports to where they ended, as the transaction's last statement. */
export async function countSettled(tx: Transaction, settled: readonly SettledLines[]): Promise<void> {
  if (settled.length === 0) return;
  const importIds = settled.map(({ importId }) => importId);
  await tx.query(lockImportsStatement, [importIds]);
  await tx.query(countSettledStatement, [
    importIds,
    settled.map(({ outcome }) => outcome),
    settled.map(({ count }) => count),
  ]);
}

const setStatusStatement = statement<{ status: BonusImport['status'] }>(
  'rewards.move_import',
  `update rewards.bonus_imports set open_chunks = open_chunks + $2, progressed_at = $3,
     status = case when open_chunks + $2 > 0 then 'crediting' else 'cancelled' end
   where id = $1 and status <> 'finished' returning status`,
);

/**
 * Follows chunks that were cancelled (negative) or opened again. Does nothing to a finished import.
 *
 * @returns whether the import could be moved
 */
export async function moveImport(tx: Transaction, importId: string, chunks: number, now: Date): Promise<boolean> {
  const rows = await tx.query(setStatusStatement, [importId, chunks, now]);
  return rows.length === 1;
}
