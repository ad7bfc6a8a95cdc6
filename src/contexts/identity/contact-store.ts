import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';

/** How an account can be reached, for contexts that keep a copy. */
export interface Contact {
  readonly userId: string;
  /** Verified; null without one. */
  readonly email: string | null;
  /** Verified, E.164; null without one. */
  readonly phone: string | null;
  readonly roles: readonly string[];
  readonly registeredAt: Date;
}

const readStatement = statement<Contact>(
  'identity.read_contacts',
  `select id as "userId", email, phone, roles, created_at as "registeredAt" from identity.users
   where id = any ($1) and locked_at is null and deletion_due_at is null order by id for share`,
);

/**
 * How these accounts can be reached now; those that are gone, locked, or waiting for their deletion are left out. They can
 * neither change nor be erased until the transaction ends: what is copied in it is never older than what is copied next.
 */
export function readContacts(tx: Transaction, userIds: readonly string[]): Promise<Contact[]> {
  return tx.query(readStatement, [userIds]);
}

/** A place in the order in which accounts changed. */
export interface ChangePosition {
  /** With microseconds, as PostgreSQL writes it. */
  readonly changedAt: string;
  readonly userId: string;
}

const listStatement = statement<ChangePosition>(
  'identity.list_changed_accounts',
  `select updated_at::text as "changedAt", id as "userId" from identity.users
   where (updated_at, id) > ($1::timestamptz, $2::uuid) order by updated_at, id limit $3`,
);

/** The accounts that changed after this one, the earliest change first. A change becomes visible only when it commits. */
export function listChangedAccounts(
  queryable: Queryable,
  after: ChangePosition,
  limit: number,
): Promise<ChangePosition[]> {
  return queryable.query(listStatement, [after.changedAt, after.userId, limit]);
}
