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
  /** Counts the changes of anything above; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
}
