import { statement } from '../../database/transaction.ts';
import type { Statement } from '../../database/transaction.ts';
import { deleteExpiredDataExports } from './data-export-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { RETIRED_LIFETIME } from './signing-key-store.ts';

/** Rows per statement, so that no clean-up holds locks for long. */
const BATCH = 2000;

/** Deletes at most a batch of rows by their physical place: fast, and safe because nothing revives such a row. */
function deletion(name: string, table: string, condition: string): Statement<{ gone: number }> {
  return statement(
    `identity.delete_expired_${name}`,
    `with gone as (
       delete from identity.${table}
       where ctid = any (array(select ctid from identity.${table} where ${condition} limit ${BATCH})) and ${condition}
       returning 1)
     select count(*) as gone from gone`,
  );
}

const ago = (interval: string): string => `clock_timestamp() - interval '${interval}'`;

// A session stays a while after its end, so that a stolen token presented late is still known as reused.
const deletions = [
  deletion('registrations', 'registrations', `created_at < ${ago('7 days')}`),
  deletion('resets', 'password_resets', `expires_at < ${ago('1 day')}`),
  deletion('revoked_sessions', 'sessions', `revoked_at < ${ago('30 days')}`),
  deletion('sessions', 'sessions', `absolute_expires_at < ${ago('1 day')}`),
  deletion('login_challenges', 'login_challenges', `expires_at < ${ago('1 hour')}`),
  deletion('social_logins', 'social_logins', `expires_at < ${ago('1 hour')}`),
  deletion('social_challenges', 'social_challenges', `expires_at < ${ago('1 hour')}`),
  deletion('pending_factors', 'totp_factors', `confirmed_at is null and created_at < ${ago('1 day')}`),
  deletion('erased_sessions', 'erased_sessions', `erased_at < ${ago('1 day')}`),
  deletion('throttles', 'login_throttles', `last_at < ${ago('1 day')}`),
  deletion('challenges', 'otp_challenges', `expires_at < ${ago('1 day')}`),
  deletion('otp_budgets', 'otp_budgets', `touched_at < ${ago('1 day')}`),
  deletion('send_budgets', 'send_budgets', `touched_at < ${ago('2 days')}`),
  deletion('network_budgets', 'network_budgets', `day < (${ago('2 days')})::date`),
  deletion('keys', 'signing_keys', `retired_at < clock_timestamp() - make_interval(secs => ${2 * RETIRED_LIFETIME})`),
];

const deleteEmailChangesStatement = statement(
  'identity.delete_expired_email_changes',
  `with gone as (delete from identity.email_changes where requested_at < ${ago('2 days')} returning user_id)
   update identity.users set version = version + 1 where id in (select user_id from gone)`,
);

/** Forgets what can no longer matter. Safe to repeat and to die at any step. */
export async function deleteExpiredIdentity(
  { database }: Pick<IdentityParts, 'database'>,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  await database.query(deleteEmailChangesStatement);
  await deleteExpiredDataExports(database);
  for (const one of deletions) {
    for (let gone = BATCH; gone === BATCH;) {
      signal.throwIfAborted();
      const [answer] = await database.query(one);
      gone = answer?.gone ?? 0;
    }
  }
}
