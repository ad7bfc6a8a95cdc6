import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import type { RateFetch } from './rate-fetch.ts';

const columns = `id, request_id as "requestId", provider, asked_date::text as "askedDate", outcome, as_of::text as "asOf", stored,
  quarantined, detail, began_at as "beganAt", ended_at as "endedAt"`;

const insertStatement = statement(
  'exchange_rates.insert_fetch',
  `insert into exchange_rates.fetches
     (id, request_id, provider, asked_date, outcome, as_of, stored, quarantined, detail, began_at, ended_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

export async function insertFetch(queryable: Queryable, fetch: RateFetch): Promise<void> {
  await queryable.query(insertStatement, [
    fetch.id,
    fetch.requestId,
    fetch.provider,
    fetch.askedDate,
    fetch.outcome,
    fetch.asOf,
    fetch.stored,
    fetch.quarantined,
    fetch.detail,
    fetch.beganAt,
    fetch.endedAt,
  ]);
}

const listStatement = statement<RateFetch>(
  'exchange_rates.list_fetches',
  `select ${columns} from exchange_rates.fetches
   where ($1::text is null or outcome = $1) and ($2::uuid is null or id < $2) order by id desc limit $3`,
);

/** The newest first, strictly after `after`; of one outcome when it is given. */
export async function listFetches(
  queryable: Queryable,
  query: { readonly outcome: string | undefined; readonly after: string | undefined; readonly limit: number },
): Promise<RateFetch[]> {
  return queryable.query(listStatement, [query.outcome ?? null, query.after ?? null, query.limit]);
}

const listLastStatement = statement<RateFetch>(
  'exchange_rates.list_last_fetches',
  `select distinct on (provider) ${columns} from exchange_rates.fetches order by provider, id desc`,
);

/** The last question to each provider. */
export async function listLastFetches(queryable: Queryable): Promise<ReadonlyMap<string, RateFetch>> {
  const rows = await queryable.query(listLastStatement, []);
  return new Map(rows.map((row) => [row.provider, row]));
}

const findLastStatement = statement<Pick<RateFetch, 'outcome' | 'endedAt'>>(
  'exchange_rates.find_last_scheduled_fetch',
  `select outcome, ended_at as "endedAt" from exchange_rates.fetches
   where request_id is null order by ended_at desc, id desc limit 1`,
);

/** The last question that the schedule asked. */
export async function findLastScheduled(
  queryable: Queryable,
): Promise<Pick<RateFetch, 'outcome' | 'endedAt'> | undefined> {
  const [row] = await queryable.query(findLastStatement, []);
  return row;
}

const deleteOldStatement = statement(
  'exchange_rates.delete_old_fetches',
  'delete from exchange_rates.fetches where ended_at < $1',
);

/** Forgets questions that ended before this moment. */
export async function deleteOldFetches(queryable: Queryable, before: Date): Promise<void> {
  await queryable.query(deleteOldStatement, [before]);
}
