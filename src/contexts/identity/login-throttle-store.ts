import { createHash } from 'node:crypto';
import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';

/** Tries that cost no wait. */
const FREE_TRIES = 10;
/** Seconds the longest wait lasts. */
const LONGEST_WAIT = 900;

const countTryStatement = statement<{ counted: boolean }>(
  'identity.count_login_try',
  `insert into identity.login_throttles as t (key, failures, blocked_until, last_at)
   values ($1, 1, clock_timestamp(), clock_timestamp())
   on conflict (key) do update set
     failures = case when t.last_at < clock_timestamp() - interval '1 hour' then 1 else t.failures + 1 end,
     blocked_until = clock_timestamp() + make_interval(secs => case
       when t.last_at < clock_timestamp() - interval '1 hour' or t.failures < ${FREE_TRIES} then 0
       else least(${LONGEST_WAIT}, power(2, least(t.failures - ${FREE_TRIES}, 20))) end),
     last_at = clock_timestamp()
   where t.blocked_until <= clock_timestamp()
   returning true as counted`,
);
const secondsUntilTryStatement = statement<{ seconds: number }>(
  'identity.seconds_until_login_try',
  `select ceil(extract(epoch from blocked_until - clock_timestamp()))::int as seconds
   from identity.login_throttles where key = $1`,
);

/** Who tries on whose account: the account's name, known or not, and the network the try comes from. */
export interface LoginTry {
  readonly identifier: string;
  readonly network: string;
}

/**
 * Counts a try before it is judged, so that many at once can't slip through together.
 *
 * @returns 0, or the seconds to wait when this try came too early
 */
export async function countLoginTry(queryable: Queryable, attempt: LoginTry): Promise<number> {
  const key = keyOf(attempt);
  const counted = await queryable.query(countTryStatement, [key]);
  if (counted.length > 0) return 0;
  const [wait] = await queryable.query(secondsUntilTryStatement, [key]);
  return Math.max(1, wait?.seconds ?? 1);
}

const forgiveTryStatement = statement(
  'identity.forgive_login_try',
  'update identity.login_throttles set failures = greatest(failures - 1, 0) where key = $1',
);

/** Takes back one counted try. */
export async function forgiveLoginTry(queryable: Queryable, attempt: LoginTry): Promise<void> {
  await queryable.query(forgiveTryStatement, [keyOf(attempt)]);
}

const forgetTriesStatement = statement(
  'identity.forget_login_tries',
  'delete from identity.login_throttles where key = $1',
);

/** A right password ends the count. */
export async function forgetLoginTries(queryable: Queryable, attempt: LoginTry): Promise<void> {
  await queryable.query(forgetTriesStatement, [keyOf(attempt)]);
}

function keyOf({ identifier, network }: LoginTry): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([identifier, network]))
    .digest();
}
