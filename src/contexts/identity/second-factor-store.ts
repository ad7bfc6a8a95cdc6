import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';

/** Wrong codes one account survives in any quarter of an hour, over all its log-ins. */
export const FAILURES_PER_QUARTER = 10;

export interface SecondFactorState {
  /** When it was turned on; null while it waits for its first code. */
  readonly enabledAt: Date | null;
  readonly recoveryCodesLeft: number;
}

const findStatement = statement<SecondFactorState>(
  'identity.find_second_factor',
  `select confirmed_at as "enabledAt", (select count(*)::int from identity.recovery_codes c
     where c.user_id = t.user_id and c.used_at is null) as "recoveryCodesLeft"
   from identity.totp_factors t where user_id = $1`,
);

export async function findSecondFactor(queryable: Queryable, userId: string): Promise<SecondFactorState | undefined> {
  const [found] = await queryable.query(findStatement, [userId]);
  return found;
}

const hasStatement = statement<{ exists: boolean }>(
  'identity.has_second_factor',
  'select exists (select 1 from identity.totp_factors where user_id = $1 and confirmed_at is not null) as exists',
);

/** Whether log-ins of this account ask for a second factor. To be asked under the account's row lock. */
export async function hasSecondFactor(tx: Transaction, userId: string): Promise<boolean> {
  const [answer] = await tx.query(hasStatement, [userId]);
  return answer?.exists === true;
}

const replacePendingStatement = statement<{ replaced: boolean }>(
  'identity.replace_pending_totp',
  `insert into identity.totp_factors as t (user_id, secret_cipher) values ($1, $2)
   on conflict (user_id) do update set secret_cipher = excluded.secret_cipher, created_at = clock_timestamp()
   where t.confirmed_at is null
   returning true as replaced`,
);

/** Stores a secret that waits for its first code; keeps the failures. @returns false when a factor is on already */
export async function replacePendingTotp(tx: Transaction, userId: string, secretCipher: Buffer): Promise<boolean> {
  return (await tx.query(replacePendingStatement, [userId, secretCipher])).length > 0;
}

const recent = `select t from unnest(f.failed_at) as t where t > clock_timestamp() - interval '15 minutes'`;
const chargeStatement = statement<{ secretCipher: Buffer }>(
  'identity.charge_second_factor',
  `update identity.totp_factors f set failed_at = array(${recent}) || clock_timestamp()
   where user_id = $1 and (confirmed_at is not null) = $2
     and (select count(*) from (${recent}) as failures) < ${FAILURES_PER_QUARTER}
   returning secret_cipher as "secretCipher"`,
);

/**
 * Counts a guess before it is judged, so that many at once are ten and not a hundred.
 *
 * @param confirmed whether the factor is on, or waits for its first code
 * @returns what to compare with; undefined when there is no such factor, or the quarter of an hour is used up
 */
export async function chargeSecondFactor(
  tx: Transaction,
  userId: string,
  confirmed: boolean,
): Promise<{ readonly secretCipher: Buffer } | undefined> {
  const [charged] = await tx.query(chargeStatement, [userId, confirmed]);
  return charged;
}

const secondsStatement = statement<{ seconds: number }>(
  'identity.seconds_until_second_factor',
  `select ceil(extract(epoch from min(t) + interval '15 minutes' - clock_timestamp()))::int as seconds
   from identity.totp_factors f, unnest(f.failed_at) as t
   where user_id = $1 and (confirmed_at is not null) = $2 and t > clock_timestamp() - interval '15 minutes'
   having count(*) >= ${FAILURES_PER_QUARTER}`,
);

/** Seconds until the account may guess again; undefined when it has no such factor, or may guess now. */
export async function secondsUntilGuess(
  queryable: Queryable,
  userId: string,
  confirmed: boolean,
): Promise<number | undefined> {
  const [answer] = await queryable.query(secondsStatement, [userId, confirmed]);
  return answer?.seconds;
}

const confirmStatement = statement<{ confirmed: boolean }>(
  'identity.confirm_totp',
  `update identity.totp_factors set confirmed_at = clock_timestamp(), last_used_step = $2, failed_at = '{}'
   where user_id = $1 and confirmed_at is null and secret_cipher = $3 returning true as confirmed`,
);

/**
 * Turns the factor on by a code of `step`, which counts as used. @returns false when it is on already, or its secret is no
 * longer the one the code was compared with
 */
export async function confirmTotp(
  tx: Transaction,
  userId: string,
  { step, secretCipher }: { readonly step: number; readonly secretCipher: Buffer },
): Promise<boolean> {
  return (await tx.query(confirmStatement, [userId, step, secretCipher])).length > 0;
}

const useStepStatement = statement<{ used: boolean }>(
  'identity.use_totp_step',
  `update identity.totp_factors set last_used_step = $2, failed_at = '{}'
   where user_id = $1 and confirmed_at is not null and last_used_step < $2 returning true as used`,
);

/** Uses a step up and forgives the failures before it. @returns false when it, or a later one, was used before */
export async function consumeTotpStep(tx: Transaction, userId: string, step: number): Promise<boolean> {
  return (await tx.query(useStepStatement, [userId, step])).length > 0;
}

const useRecoveryCodeStatement = statement<{ used: boolean }>(
  'identity.use_recovery_code',
  `with used as (
     update identity.recovery_codes set used_at = clock_timestamp()
     where user_id = $1 and code_hash = $2 and used_at is null returning user_id)
   update identity.totp_factors f set failed_at = '{}' from used
   where f.user_id = used.user_id and f.confirmed_at is not null returning true as used`,
);

/** Uses a recovery code up and forgives the failures before it. @returns false when there is no such unused code */
export async function consumeRecoveryCode(tx: Transaction, userId: string, hash: Buffer): Promise<boolean> {
  return (await tx.query(useRecoveryCodeStatement, [userId, hash])).length > 0;
}

const replaceCodesStatement = statement(
  'identity.replace_recovery_codes',
  `with gone as (delete from identity.recovery_codes where user_id = $1)
   insert into identity.recovery_codes (user_id, code_hash) select $1, unnest($2::bytea[])`,
);

export async function replaceRecoveryCodes(tx: Transaction, userId: string, hashes: readonly Buffer[]): Promise<void> {
  await tx.query(replaceCodesStatement, [userId, hashes]);
}

const deleteStatement = statement<{ gone: boolean }>(
  'identity.delete_second_factor',
  'delete from identity.totp_factors where user_id = $1 returning true as gone',
);

/** Forgets the app, the recovery codes, and log-ins that wait for either. */
export async function forgetSecondFactor(tx: Transaction, userId: string): Promise<boolean> {
  return (await tx.query(deleteStatement, [userId])).length > 0;
}
