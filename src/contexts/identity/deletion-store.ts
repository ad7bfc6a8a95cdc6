import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';

const requestStatement = statement<{ dueAt: Date }>(
  'identity.request_deletion',
  `update identity.users set deletion_requested_at = clock_timestamp(),
     deletion_due_at = clock_timestamp() + make_interval(days => $2), version = version + 1, updated_at = clock_timestamp()
   where id = $1 returning deletion_due_at as "dueAt"`,
);

/**
 * Has an account wait for its deletion.
 *
 * @param graceDays until it is erased
 * @returns when it is due
 * @throws the violation of `users_keep_an_admin`
 */
export async function requestDeletion(tx: Transaction, userId: string, graceDays: number): Promise<Date> {
  const [changed] = await tx.query(requestStatement, [userId, graceDays]);
  if (changed === undefined) throw new Error('a deletion of an account that is gone');
  return changed.dueAt;
}

const cancelStatement = statement<{ id: string }>(
  'identity.cancel_deletion',
  `update identity.users set deletion_requested_at = null, deletion_due_at = null, version = version + 1,
     updated_at = clock_timestamp() where id = $1 and deletion_due_at is not null returning id`,
);

/** @returns false when no deletion was waiting */
export async function cancelDeletion(tx: Transaction, userId: string): Promise<boolean> {
  return (await tx.query(cancelStatement, [userId])).length > 0;
}

const listDueStatement = statement<{ id: string }>(
  'identity.list_due_deletions',
  `select id from identity.users where deletion_due_at <= clock_timestamp() and id > $1 order by id limit $2`,
);

/** Accounts whose grace is over, by id, after `after`. */
export async function listDueDeletions(
  queryable: Queryable,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly string[]> {
  return (await queryable.query(listDueStatement, [after, limit])).map(({ id }) => id);
}

const keepSessionsStatement = statement(
  'identity.keep_erased_sessions',
  'insert into identity.erased_sessions (id) select unnest($1::uuid[]) on conflict do nothing',
);
const deleteUserStatement = statement<{ deletedAt: string }>(
  'identity.delete_user',
  `delete from identity.users where id = $1 returning to_json(clock_timestamp()) #>> '{}' as "deletedAt"`,
);

/**
 * Takes the account away with all that hangs on it: sessions, tokens, pending changes, exports.
 *
 * @param sessionIds its sessions that have just ended: processes that missed the news find them here
 * @returns when, RFC 3339
 * @throws the violation of `users_keep_an_admin`
 */
export async function deleteAccountRows(
  tx: Transaction,
  userId: string,
  sessionIds: readonly string[],
): Promise<string> {
  await tx.query(keepSessionsStatement, [sessionIds]);
  const [deleted] = await tx.query(deleteUserStatement, [userId]);
  if (deleted === undefined) throw new Error('an account vanished under its lock');
  return deleted.deletedAt;
}
