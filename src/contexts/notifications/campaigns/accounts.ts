import type { Queryable, Transaction } from '../../../database/transaction.ts';

/** How an account can be reached. */
export interface Contact {
  readonly userId: string;
  readonly email: string | null;
  /** E.164. */
  readonly phone: string | null;
  readonly roles: readonly string[];
  readonly registeredAt: Date;
}

/** A place in the order in which accounts changed. */
export interface ChangePosition {
  /** With microseconds. */
  readonly changedAt: string;
  readonly userId: string;
}

/** What notifications asks identity, to keep its copy of who can be reached. */
export interface Accounts {
  /**
   * Those that are gone, or must not be written to, are left out. They neither change nor vanish until the transaction ends.
   */
  readContacts(tx: Transaction, userIds: readonly string[]): Promise<readonly Contact[]>;
  /** The accounts that changed after this one, the earliest first. */
  listChangedAccounts(queryable: Queryable, after: ChangePosition, limit: number): Promise<readonly ChangePosition[]>;
}

/** For an installation of notifications alone: nobody has an account. */
export const noAccounts: Accounts = {
  readContacts: () => Promise.resolve([]),
  listChangedAccounts: () => Promise.resolve([]),
};
