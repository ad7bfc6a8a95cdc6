import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { Account, Profile } from './account.ts';
import type { PasswordHash } from './password-hasher.ts';
import type { Role } from './role.ts';

const accountColumns = `u.id, u.email, c.email as "pendingEmail", u.phone, u.gender, u.age, u.roles, u.version,
  u.created_at as "createdAt", u.locked_at as "lockedAt", u.lock_reason as "lockReason", u.locked_by as "lockedBy",
  u.deletion_due_at as "deletionDueAt"`;

/** An account as its row holds it. */
export interface AccountRow extends Omit<Account, 'lock'> {
  readonly lockedAt: Date | null;
  readonly lockReason: string | null;
  readonly lockedBy: string | null;
}

export function toAccount({ lockedAt, lockReason, lockedBy, ...rest }: AccountRow): Account {
  const lock = lockedAt === null || lockReason === null ? null : { reason: lockReason, lockedAt, lockedBy };
  return { ...rest, lock };
}

const findAccountStatement = statement<AccountRow>(
  'identity.find_account',
  `select ${accountColumns} from identity.users u left join identity.email_changes c on c.user_id = u.id where u.id = $1`,
);

export async function findAccount(queryable: Queryable, userId: string): Promise<Account | undefined> {
  const [row] = await queryable.query(findAccountStatement, [userId]);
  return row === undefined ? undefined : toAccount(row);
}

const lockAccountStatement = statement<AccountRow>(
  'identity.lock_account',
  `select ${accountColumns} from identity.users u left join identity.email_changes c on c.user_id = u.id
   where u.id = $1 for update of u`,
);

/** Reads the account and holds it until the transaction ends: whoever changes it, or begins a session, waits. */
export async function lockAccount(tx: Transaction, userId: string): Promise<Account | undefined> {
  const [row] = await tx.query(lockAccountStatement, [userId]);
  return row === undefined ? undefined : toAccount(row);
}

/** A sign-up whose address or number is proven. */
export interface ProvenRegistration extends PasswordHash, Profile {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
}

/** RFC 3339 with microseconds, as the event tells it. */
const verifiedAt = `to_json(phone_verified_at) #>> '{}' as "verifiedAt"`;

const insertUserStatement = statement<{ verifiedAt: string | null }>(
  'identity.insert_user',
  `insert into identity.users
     (id, email, email_verified_at, phone, phone_verified_at, password_hash, password_scheme, gender, age)
   values ($1, $2, case when $2::text is not null then clock_timestamp() end,
     $3, case when $3::text is not null then clock_timestamp() end, $4, $5, $6, $7)
   returning ${verifiedAt}`,
);

/**
 * @returns since when the phone counts as verified, RFC 3339; null without a phone
 * @throws the unique violation of `users_verified_email_key` or `users_verified_phone_key`
 */
export async function insertUser(tx: Transaction, user: ProvenRegistration): Promise<string | null> {
  const { id, email, phone, hash, scheme, gender, age } = user;
  const [inserted] = await tx.query(insertUserStatement, [id, email, phone, hash, scheme, gender, age]);
  return inserted?.verifiedAt ?? null;
}

const setEmailStatement = statement(
  'identity.set_email',
  `update identity.users set email = $2, email_verified_at = clock_timestamp(), version = version + 1,
     updated_at = clock_timestamp() where id = $1`,
);

/** @throws the unique violation of `users_verified_email_key` */
export async function setEmail(tx: Transaction, userId: string, email: string): Promise<void> {
  await tx.query(setEmailStatement, [userId, email]);
}

const setPhoneStatement = statement<{ verifiedAt: string }>(
  'identity.set_phone',
  `update identity.users set phone = $2, phone_verified_at = clock_timestamp(), version = version + 1,
     updated_at = clock_timestamp() where id = $1 returning ${verifiedAt}`,
);

/**
 * @returns since when the phone counts as verified, RFC 3339
 * @throws the unique violation of `users_verified_phone_key`
 */
export async function setPhone(tx: Transaction, userId: string, phone: string): Promise<string> {
  const [changed] = await tx.query(setPhoneStatement, [userId, phone]);
  if (changed === undefined) throw new Error('a phone for an account that is gone');
  return changed.verifiedAt;
}

const releasePhoneStatement = statement<{ id: string; email: string | null }>(
  'identity.release_phone',
  `update identity.users set phone = null, phone_verified_at = null, version = version + 1,
     updated_at = clock_timestamp() where phone = $1 and phone_verified_at is not null and id <> $2 returning id, email`,
);

/** Takes the number from whoever else has it. @returns that account */
export async function releasePhone(
  tx: Transaction,
  phone: string,
  newOwner: string,
): Promise<{ id: string; email: string | null } | undefined> {
  const [former] = await tx.query(releasePhoneStatement, [phone, newOwner]);
  return former;
}

const findRolesStatement = statement<{ roles: Role[] }>(
  'identity.find_roles',
  `select roles from identity.users where id = $1`,
);

/** The roles as they are now; undefined when the account is gone. */
export async function findRoles(queryable: Queryable, userId: string): Promise<readonly Role[] | undefined> {
  const [found] = await queryable.query(findRolesStatement, [userId]);
  return found?.roles;
}

const setLockStatement = statement(
  'identity.set_account_lock',
  `update identity.users set locked_at = case when $2::text is not null then coalesce(locked_at, clock_timestamp()) end,
     lock_reason = $2, locked_by = $3, version = version + 1, updated_at = clock_timestamp() where id = $1`,
);

/**
 * Locks an account whose row the caller holds, or unlocks it. Does NOT end its sessions.
 *
 * @param reason null unlocks
 * @throws the violation of `users_keep_an_admin`
 */
export async function setAccountLock(
  tx: Transaction,
  lock: { readonly userId: string; readonly reason: string | null; readonly by: string | null },
): Promise<void> {
  await tx.query(setLockStatement, [lock.userId, lock.reason, lock.reason === null ? null : lock.by]);
}
