import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import { CODE_LIFETIME } from './one-time-code.ts';
import type { CodePurpose } from './one-time-code.ts';

/** Guesses one code survives. */
export const ATTEMPTS_PER_CODE = 5;
/** Guesses one number survives in any hour, over all its codes. A resend gives a new code, not a new budget. */
export const FAILURES_PER_HOUR = 10;

const replaceChallengeStatement = statement<{ requestId: string }>(
  'identity.replace_otp_challenge',
  `insert into identity.otp_challenges as c (purpose, identifier, request_id, code_hmac, expires_at)
   values ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => ${CODE_LIFETIME}))
   on conflict (purpose, identifier) do update set request_id = excluded.request_id, code_hmac = excluded.code_hmac,
     attempts = 0, expires_at = excluded.expires_at, consumed_at = null
   where c.request_id < excluded.request_id
   returning request_id as "requestId"`,
);
const ensureBudgetStatement = statement(
  'identity.ensure_otp_budget',
  `insert into identity.otp_budgets (identifier) values ($1)
   on conflict (identifier) do update set touched_at = clock_timestamp()`,
);

/**
 * Makes this code the number's only one for the purpose. Request ids sort by time, so repeating a request, or running an
 * old one late, changes nothing.
 *
 * @returns whether the code took its place
 */
export async function replaceChallenge(
  tx: Transaction,
  challenge: {
    readonly purpose: CodePurpose;
    readonly phone: string;
    readonly requestId: string;
    readonly hash: Buffer;
  },
): Promise<boolean> {
  await tx.query(ensureBudgetStatement, [challenge.phone]);
  const { purpose, phone, requestId, hash } = challenge;
  const replaced = await tx.query(replaceChallengeStatement, [purpose, phone, requestId, hash]);
  return replaced.length > 0;
}

const countAttemptStatement = statement<{ requestId: string; hash: Buffer }>(
  'identity.count_otp_attempt',
  `update identity.otp_challenges set attempts = attempts + 1
   where purpose = $1 and identifier = $2 and consumed_at is null
     and attempts < ${ATTEMPTS_PER_CODE} and expires_at > clock_timestamp()
   returning request_id as "requestId", code_hmac as hash`,
);

/** Counts a guess and gives what to compare it with; undefined when no code is left to guess. */
export async function countAttempt(
  tx: Transaction,
  purpose: CodePurpose,
  phone: string,
): Promise<{ requestId: string; hash: Buffer } | undefined> {
  const [challenge] = await tx.query(countAttemptStatement, [purpose, phone]);
  return challenge;
}

const lastHour = `select t from unnest(b.failed_at) as t where t > clock_timestamp() - interval '1 hour'`;
const chargeFailureStatement = statement<{ charged: boolean }>(
  'identity.charge_otp_failure',
  `update identity.otp_budgets b set failed_at = array(${lastHour}) || clock_timestamp(), touched_at = clock_timestamp()
   where identifier = $1 and (select count(*) from (${lastHour}) as recent) < ${FAILURES_PER_HOUR}
   returning true as charged`,
);

/** Charges a guess to the number's hour. @returns false when the hour is used up */
export async function chargeFailure(tx: Transaction, phone: string): Promise<boolean> {
  const charged = await tx.query(chargeFailureStatement, [phone]);
  return charged.length > 0;
}

const secondsUntilGuessStatement = statement<{ seconds: number }>(
  'identity.seconds_until_otp_guess',
  `select ceil(extract(epoch from min(t) + interval '1 hour' - clock_timestamp()))::int as seconds
   from identity.otp_budgets b, unnest(b.failed_at) as t
   where identifier = $1 and t > clock_timestamp() - interval '1 hour'`,
);

/** When the number's hour has room again, in seconds. */
export async function secondsUntilGuess(queryable: Queryable, phone: string): Promise<number> {
  const [answer] = await queryable.query(secondsUntilGuessStatement, [phone]);
  return Math.max(1, answer?.seconds ?? 1);
}

const consumeStatement = statement<{ consumed: boolean }>(
  'identity.consume_otp_challenge',
  `update identity.otp_challenges set consumed_at = clock_timestamp()
   where purpose = $1 and identifier = $2 and request_id = $3 and consumed_at is null returning true as consumed`,
);
const emptyBudgetStatement = statement(
  'identity.empty_otp_budget',
  `update identity.otp_budgets set failed_at = '{}' where identifier = $1`,
);

/** Uses a right code up and forgives the wrong ones before it. @returns false when it was used, or replaced, meanwhile */
export async function consumeChallenge(
  tx: Transaction,
  challenge: { readonly purpose: CodePurpose; readonly phone: string; readonly requestId: string },
): Promise<boolean> {
  const consumed = await tx.query(consumeStatement, [challenge.purpose, challenge.phone, challenge.requestId]);
  if (consumed.length === 0) return false;
  await tx.query(emptyBudgetStatement, [challenge.phone]);
  return true;
}

const dropStatement = statement(
  'identity.drop_otp_challenges',
  'delete from identity.otp_challenges where identifier = $1',
);

/** Voids every code of the number, whatever its purpose. */
export async function dropChallenges(tx: Transaction, phone: string): Promise<void> {
  await tx.query(dropStatement, [phone]);
}
