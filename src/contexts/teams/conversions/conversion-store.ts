import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import { rateText, readRate } from '../../../shared/rate.ts';
import type { Conversion } from './conversion.ts';

interface Row {
  readonly id: string;
  readonly teamId: string;
  readonly debtorId: string;
  readonly creditorId: string;
  readonly amount: string;
  readonly currency: string;
  readonly convertedAmount: string;
  readonly convertedCurrency: string;
  readonly rate: string;
  readonly rateDate: string;
  readonly rateProvider: string;
  readonly rateBase: string;
  readonly rateStale: boolean;
  readonly state: 'counted' | 'void';
  readonly recordedBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly fromEntryId: string;
  readonly toEntryId: string;
  readonly sortKey: string;
}

const rows = `select c.id, c.team_id as "teamId", c.debtor_id as "debtorId", c.creditor_id as "creditorId",
    f.amount_minor::text as amount, f.currency, t.amount_minor::text as "convertedAmount", t.currency as "convertedCurrency",
    c.rate, c.rate_date::text as "rateDate", c.rate_provider as "rateProvider", c.rate_base as "rateBase",
    c.rate_stale as "rateStale", f.state, f.created_by as "recordedBy", f.created_at as "createdAt",
    f.updated_at as "updatedAt", c.from_entry_id as "fromEntryId", c.to_entry_id as "toEntryId",
    f.created_at::text as "sortKey"
  from teams.conversions c join teams.entries f on f.id = c.from_entry_id join teams.entries t on t.id = c.to_entry_id`;

function conversionOf(row: Row): Conversion {
  const { fromEntryId: _from, toEntryId: _to, sortKey: _key, ...rest } = row;
  const { amount, convertedAmount, rate, rateDate, rateProvider, rateBase, rateStale, ...same } = rest;
  return {
    ...same,
    amount: BigInt(amount),
    convertedAmount: BigInt(convertedAmount),
    rate: {
      ...{ rate: rateText(readRate(rate) ?? 0n), date: rateDate, provider: rateProvider },
      ...{ base: rateBase, stale: rateStale },
    },
  };
}

const insertStatement = statement(
  'teams.insert_conversion',
  `insert into teams.conversions (id, team_id, from_entry_id, to_entry_id, debtor_id, creditor_id, rate, rate_date,
     rate_provider, rate_base, rate_stale, rounding)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'half-even')`,
);

/** Joins its two entries and keeps the rate between them. */
export async function insertConversion(
  tx: Transaction,
  { id, teamId, debtorId, creditorId, rate }: Conversion,
  entryIds: { readonly from: string; readonly to: string },
): Promise<void> {
  await tx.query(insertStatement, [
    ...[id, teamId, entryIds.from, entryIds.to, debtorId, creditorId],
    ...[rate.rate, rate.date, rate.provider, rate.base, rate.stale],
  ]);
}

const lockStatement = statement(
  'teams.lock_conversion',
  `select from teams.entries e join teams.conversions c on e.id in (c.from_entry_id, c.to_entry_id)
   where c.id = $2 and c.team_id = $1 order by e.id for no key update of e`,
);
const findStatement = statement<Row>('teams.find_conversion', `${rows} where c.id = $2 and c.team_id = $1`);

/** Reads a conversion and holds both entries until the transaction ends: the first lock of whoever changes it. */
export async function lockConversion(
  tx: Transaction,
  teamId: string,
  id: string,
): Promise<{ readonly conversion: Conversion; readonly entryIds: readonly string[] } | undefined> {
  await tx.query(lockStatement, [teamId, id]);
  const [row] = await tx.query(findStatement, [teamId, id]);
  return row && { conversion: conversionOf(row), entryIds: [row.fromEntryId, row.toEntryId] };
}

const listStatement = statement<Row>(
  'teams.list_conversions',
  `${rows} where c.team_id = $1 and ($2::timestamptz is null or (f.created_at, c.id) < ($2, $3::uuid))
   order by f.created_at desc, c.id desc limit $4`,
);

/** The newest first, strictly after `after`. */
export async function listConversionRows(
  queryable: Queryable,
  teamId: string,
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<{ readonly conversion: Conversion; readonly sortKey: string }[]> {
  const found = await queryable.query(listStatement, [teamId, after?.key ?? null, after?.id ?? null, limit]);
  return found.map((row) => ({ conversion: conversionOf(row), sortKey: row.sortKey }));
}
