import { stateOf } from './account.ts';
import type { Account, AccountLock } from './account.ts';
import type { Session } from './list-sessions.ts';

/** An account as the contract words it. */
export function userBody(account: Account) {
  const { id, email, pendingEmail, phone, gender, age, roles, lock, deletionDueAt, createdAt } = account;
  return {
    id,
    ...(email === null ? {} : { email }),
    ...(pendingEmail === null ? {} : { pendingEmail }),
    ...(phone === null ? {} : { phone }),
    gender,
    age,
    roles: [...roles],
    state: stateOf(account),
    ...(lock === null ? {} : { lock: lockBody(lock) }),
    ...(deletionDueAt === null ? {} : { deletionDueAt: deletionDueAt.toISOString() }),
    createdAt: createdAt.toISOString(),
  };
}

function lockBody({ reason, lockedAt, lockedBy }: AccountLock) {
  return { reason, lockedAt: lockedAt.toISOString(), ...(lockedBy === null ? {} : { lockedBy }) };
}

/** A session as the contract words it. `currentId` is the one that asks. */
export function sessionBody(session: Session, currentId: string) {
  const { id, device, createdFrom, createdAt, renewedAt, expiresAt } = session;
  return {
    id,
    ...(device === null ? {} : { device }),
    createdFrom,
    createdAt: createdAt.toISOString(),
    renewedAt: renewedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    current: id === currentId,
  };
}

/** What a deed without a result of its own answers. */
export const done = (message: string) => ({ success: true, message }) as const;
