import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import { readRate, rateText } from '../../shared/rate.ts';
import type { Rate } from '../../shared/rate.ts';

/** One provider's rates of one day that a pair has in common: two rows, quoted against the same base. */
export interface StoredPair {
  readonly provider: string;
  readonly base: string;
  readonly asOf: string;
  /** What one unit of the base is in each. */
  readonly fromPerBase: Rate;
  readonly toPerBase: Rate;
}

interface PairRow {
  readonly provider: string;
  readonly base: string;
  readonly asOf: string;
  readonly fromRate: string;
  readonly toRate: string;
}

/**
 * Both legs are of one provider and one day, so that a cross rate never mixes two tables. What a sandbox once stored counts only
 * where the sandbox is configured; what other former providers stored remains good.
 */
const pairs = `from exchange_rates.rates f
   join exchange_rates.rates t using (provider, base, rate_date)
   where (provider <> 'sandbox' or provider = any ($1::text[]))`;
/** The configured order decides between providers, then the latest correction. */
const best = `array_position($1::text[], provider), f.fetched_at desc, t.fetched_at desc`;
const columns = `provider, base, rate_date::text as "asOf", f.rate as "fromRate", t.rate as "toRate"`;

const findPairStatement = statement<PairRow>(
  'exchange_rates.find_pair',
  `select ${columns} ${pairs} and f.quote = $2 and t.quote = $3 and rate_date <= $4::date
   order by rate_date desc, ${best} limit 1`,
);

/** The newest rates of a pair on or before a day. @param providers in order of trust */
export async function findPair(
  queryable: Queryable,
  providers: readonly string[],
  { from, to, day }: { readonly from: string; readonly to: string; readonly day: string },
): Promise<StoredPair | undefined> {
  const [row] = await queryable.query(findPairStatement, [providers, from, to, day]);
  return row && pairOf(row);
}

const listPairsStatement = statement<PairRow & { readonly to: string }>(
  'exchange_rates.list_pairs',
  `select distinct on (t.quote) t.quote as "to", ${columns} ${pairs}
     and f.quote = $2 and rate_date <= $3::date and rate_date > $3::date - 400
   order by t.quote, rate_date desc, ${best}`,
);

/** The newest rates of every currency against one, on or before a day and at most 400 days before it. */
export async function listPairs(
  queryable: Queryable,
  providers: readonly string[],
  { from, day }: { readonly from: string; readonly day: string },
): Promise<(StoredPair & { readonly to: string })[]> {
  const rows = await queryable.query(listPairsStatement, [providers, from, day]);
  return rows.map((row) => ({ ...pairOf(row), to: row.to }));
}

const listHistoryStatement = statement<PairRow>(
  'exchange_rates.list_history',
  `select distinct on (rate_date) ${columns} ${pairs} and f.quote = $2 and t.quote = $3
     and rate_date >= coalesce($4::date, '-infinity') and rate_date <= coalesce($5::date, 'infinity')
     and rate_date < coalesce($6::date, 'infinity')
   order by rate_date desc, ${best} limit $7`,
);

/** One pair a day, the newest first, strictly before `before`. */
export async function listHistory(
  queryable: Queryable,
  providers: readonly string[],
  query: {
    readonly from: string;
    readonly to: string;
    readonly since: string | undefined;
    readonly until: string | undefined;
    readonly before: string | null | undefined;
    readonly limit: number;
  },
): Promise<StoredPair[]> {
  const rows = await queryable.query(listHistoryStatement, [
    providers,
    query.from,
    query.to,
    query.since ?? null,
    query.until ?? null,
    query.before ?? null,
    query.limit,
  ]);
  return rows.map(pairOf);
}

function pairOf({ provider, base, asOf, fromRate, toRate }: PairRow): StoredPair {
  return { provider, base, asOf, fromPerBase: storedRate(fromRate), toPerBase: storedRate(toRate) };
}

/** `numeric(24, 12)` arrives as text with all its places. */
export function storedRate(value: string): Rate {
  const rate = readRate(value);
  if (rate === undefined) throw new Error('A stored rate is no rate.');
  return rate;
}

const newestStatement = statement<{ asOf: string | null }>(
  'exchange_rates.find_newest_day',
  `select max(rate_date)::text as "asOf" from exchange_rates.rates where provider = any ($1::text[])`,
);

/** The newest day that one of these providers had rates of. */
export async function findNewestDay(queryable: Queryable, providers: readonly string[]): Promise<string | null> {
  const [row] = await queryable.query(newestStatement, [providers]);
  return row?.asOf ?? null;
}

const insertStatement = statement(
  'exchange_rates.insert_rates',
  `insert into exchange_rates.rates (provider, base, quote, rate_date, rate, fetched_at)
   select $1, $2, i.quote, $3, i.rate, $4 from unnest($5::text[], $6::numeric[]) as i (quote, rate)`,
);

export interface DatedRates {
  readonly provider: string;
  readonly base: string;
  readonly asOf: string;
  readonly fetchedAt: Date;
  readonly rates: readonly { readonly quote: string; readonly rate: Rate }[];
}

/** Lets rates in; from now on they are history. */
export async function insertRates(
  tx: Transaction,
  { provider, base, asOf, fetchedAt, rates }: DatedRates,
): Promise<void> {
  await tx.query(insertStatement, [
    provider,
    base,
    asOf,
    fetchedAt,
    rates.map(({ quote }) => quote),
    rates.map(({ rate }) => rateText(rate)),
  ]);
}

/** What is known of one currency beside a day. */
export interface KnownRate {
  readonly quote: string;
  /** What that day has already. */
  readonly present: Rate | undefined;
  /** What a rate of that day is compared with: the day before it that has one, else the next, else that day's own. */
  readonly reference: { readonly rate: Rate; readonly day: string } | undefined;
}

const lockStatement = statement(
  'exchange_rates.lock_provider',
  `select pg_advisory_xact_lock(hashtextextended($1, 0))`,
);

/** Until the transaction ends, nobody else judges rates of this provider: two that fetch the same day would store it twice. */
export async function lockProvider(tx: Transaction, provider: string): Promise<void> {
  await tx.query(lockStatement, [`exchange_rates ${provider}`]);
}

interface KnownRow {
  readonly quote: string;
  readonly present: string | null;
  readonly referenceRate: string | null;
  readonly referenceDay: string | null;
}

const listKnownStatement = statement<KnownRow>(
  'exchange_rates.list_known',
  `select q.quote, p.rate as present,
     coalesce(b.rate, a.rate, p.rate) as "referenceRate", coalesce(b.rate_date, a.rate_date, $3::date)::text as "referenceDay"
   from unnest($4::text[]) as q (quote)
   left join lateral (select rate from exchange_rates.rates r where r.quote = q.quote and r.provider = $1 and r.base = $2
       and r.rate_date = $3::date order by fetched_at desc limit 1) p on true
   left join lateral (select rate, rate_date from exchange_rates.rates r where r.quote = q.quote and r.provider = $1
       and r.base = $2 and r.rate_date < $3::date order by rate_date desc, fetched_at desc limit 1) b on true
   left join lateral (select rate, rate_date from exchange_rates.rates r where r.quote = q.quote and r.provider = $1
       and r.base = $2 and r.rate_date > $3::date order by rate_date, fetched_at desc limit 1) a on true`,
);

/** What a provider has told of these currencies so far. */
export async function listKnown(
  tx: Transaction,
  { provider, base, asOf, quotes }: { provider: string; base: string; asOf: string; quotes: readonly string[] },
): Promise<KnownRate[]> {
  const rows = await tx.query(listKnownStatement, [provider, base, asOf, quotes]);
  return rows.map(({ quote, present, referenceRate, referenceDay }) => ({
    quote,
    present: present === null ? undefined : storedRate(present),
    reference:
      referenceRate === null || referenceDay === null
        ? undefined
        : { rate: storedRate(referenceRate), day: referenceDay },
  }));
}
