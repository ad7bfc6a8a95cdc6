import type { Role } from './role.ts';

export const genders = ['female', 'male', 'other', 'undisclosed'] as const;

export type Gender = (typeof genders)[number];

/** What a person tells about themselves. `age` in years. */
export interface Profile {
  readonly gender: Gender;
  readonly age: number;
}

/** An account as its owner and admins see it. Addresses and numbers stand here only when their possession was proven. */
export interface Account extends Profile {
  readonly id: string;
  readonly email: string | null;
  /** A new address that waits for its proof; the present one stays in force until then. */
  readonly pendingEmail: string | null;
  /** E.164. */
  readonly phone: string | null;
  readonly roles: readonly Role[];
  /** Set by an admin: nobody can log in, and no session lives. */
  readonly lock: AccountLock | null;
  /** When the account will be erased unless its owner logs in before. */
  readonly deletionDueAt: Date | null;
  /** Counts the changes of anything above; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
}

export interface AccountLock {
  readonly reason: string;
  readonly lockedAt: Date;
  /** The admin, or the machine client. */
  readonly lockedBy: string | null;
}

/** What may be filtered for. A locked account that waits for its deletion is `locked`. */
export const accountStates = ['active', 'locked', 'deleting'] as const;

export type AccountState = (typeof accountStates)[number];

export function stateOf({ lock, deletionDueAt }: Pick<Account, 'lock' | 'deletionDueAt'>): AccountState {
  if (lock !== null) return 'locked';
  return deletionDueAt === null ? 'active' : 'deleting';
}
