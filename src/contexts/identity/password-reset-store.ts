import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';

/** Seconds a reset token lives. */
export const RESET_LIFETIME = 1800;

const replaceStatement = statement<{ userId: string }>(
  'identity.replace_password_reset',
  `insert into identity.password_resets as r (user_id, request_id, token_hash, expires_at)
   values ($1, $2, $3, clock_timestamp() + make_interval(secs => ${RESET_LIFETIME}))
   on conflict (user_id) do update
     set request_id = excluded.request_id, token_hash = excluded.token_hash, expires_at = excluded.expires_at
   where r.request_id < excluded.request_id
   returning user_id as "userId"`,
);

/**
 * Makes this token the account's only one. Request ids sort by time, so repeating a request, or running an old one late,
 * changes nothing.
 *
 * @returns whether the token took its place
 */
export async function replacePasswordReset(
  tx: Transaction,
  reset: { readonly userId: string; readonly requestId: string; readonly tokenHash: Buffer },
): Promise<boolean> {
  const replaced = await tx.query(replaceStatement, [reset.userId, reset.requestId, reset.tokenHash]);
  return replaced.length > 0;
}

const findStatement = statement<{ userId: string }>(
  'identity.find_password_reset',
  `select user_id as "userId" from identity.password_resets where token_hash = $1 and expires_at > clock_timestamp()`,
);

/** Whose token it is, without using it up. */
export async function findPasswordReset(queryable: Queryable, tokenHash: Buffer): Promise<string | undefined> {
  const [found] = await queryable.query(findStatement, [tokenHash]);
  return found?.userId;
}

const takeStatement = statement<{ userId: string }>(
  'identity.take_password_reset',
  `delete from identity.password_resets where token_hash = $1 and expires_at > clock_timestamp()
   returning user_id as "userId"`,
);

/** Uses a token up: of two at once, one may set the password. @returns whose it was */
export async function takePasswordReset(tx: Transaction, tokenHash: Buffer): Promise<string | undefined> {
  const [taken] = await tx.query(takeStatement, [tokenHash]);
  return taken?.userId;
}

const dropStatement = statement(
  'identity.drop_password_reset',
  'delete from identity.password_resets where user_id = $1',
);

/** Voids the account's reset token: it went to an address, or was asked for, under circumstances that are over. */
export async function dropPasswordReset(tx: Transaction, userId: string): Promise<void> {
  await tx.query(dropStatement, [userId]);
}
