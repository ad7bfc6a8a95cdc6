import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';

/** Seconds a confirmation token lives, for a sign-up as for a change. */
export const CONFIRMATION_LIFETIME = 86_400;

const requestStatement = statement(
  'identity.request_email_change',
  `insert into identity.email_changes (user_id, request_id, email) values ($1, $2, $3)
   on conflict (user_id) do update
     set request_id = excluded.request_id, email = excluded.email, token_hash = null, token_expires_at = null,
       requested_at = clock_timestamp()`,
);

/** The account's one pending change; a newer one takes the place and voids the token of the one before. */
export async function requestEmailChange(
  tx: Transaction,
  change: { readonly userId: string; readonly requestId: string; readonly email: string },
): Promise<void> {
  await tx.query(requestStatement, [change.userId, change.requestId, change.email]);
}

const withdrawStatement = statement(
  'identity.withdraw_email_change',
  'delete from identity.email_changes where user_id = $1',
);

export async function withdrawEmailChange(tx: Transaction, userId: string): Promise<void> {
  await tx.query(withdrawStatement, [userId]);
}

const withdrawAllStatement = statement(
  'identity.withdraw_email_changes_to',
  `with gone as (delete from identity.email_changes where email = $1 returning user_id)
   update identity.users set version = version + 1 where id in (select user_id from gone)`,
);

/** Ends every account's wish for this address: it has just become somebody's. */
export async function withdrawEmailChangesTo(tx: Transaction, email: string): Promise<void> {
  await tx.query(withdrawAllStatement, [email]);
}

const findUnconfirmedStatement = statement<{ email: string; userId: string; taken: boolean }>(
  'identity.find_unconfirmed_email_change',
  `select c.email, c.user_id as "userId", exists (select 1 from identity.users u
     where u.email = c.email and u.email_verified_at is not null) as taken
   from identity.email_changes c where c.request_id = $1 and c.token_hash is null for update of c`,
);

/** A change that has no token yet, and whether its address belongs to an account. */
export async function findUnconfirmedEmailChange(
  tx: Transaction,
  requestId: string,
): Promise<{ email: string; userId: string; taken: boolean } | undefined> {
  const [found] = await tx.query(findUnconfirmedStatement, [requestId]);
  return found;
}

const setTokenStatement = statement(
  'identity.set_email_change_token',
  `update identity.email_changes set token_hash = $2, token_expires_at = clock_timestamp() + make_interval(secs => $3)
   where request_id = $1`,
);

export async function setEmailChangeToken(tx: Transaction, requestId: string, tokenHash: Buffer): Promise<void> {
  await tx.query(setTokenStatement, [requestId, tokenHash, CONFIRMATION_LIFETIME]);
}

/** A change whose new address is proven. */
export interface ProvenEmailChange {
  readonly requestId: string;
  readonly userId: string;
  readonly email: string;
  readonly formerEmail: string | null;
}

const takeStatement = statement<ProvenEmailChange>(
  'identity.take_email_change',
  `delete from identity.email_changes c using identity.users u
   where c.token_hash = $1 and c.token_expires_at > clock_timestamp() and u.id = c.user_id
   returning c.request_id as "requestId", c.user_id as "userId", c.email, u.email as "formerEmail"`,
);

/** Uses a confirmation token up: of two at once, one gets the change. */
export async function takeEmailChange(tx: Transaction, tokenHash: Buffer): Promise<ProvenEmailChange | undefined> {
  const [taken] = await tx.query(takeStatement, [tokenHash]);
  return taken;
}
