import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { Account, Profile } from './account.ts';
import type { PasswordHash } from './password-hasher.ts';
import type { Role } from './role.ts';

const accountColumns = `u.id, u.email, c.email as "pendingEmail", u.phone, u.gender, u.age, u.roles, u.version,
  u.created_at as "createdAt"`;

const findAccountStatement = statement<Account>(
  'identity.find_account',
  `select ${accountColumns} from identity.users u left join identity.email_changes c on c.user_id = u.id where u.id = $1`,
);

export async function findAccount(queryable: Queryable, userId: string): Promise<Account | undefined> {
  const [account] = await queryable.query(findAccountStatement, [userId]);
  return account;
}

const lockAccountStatement = statement<Account>(
  'identity.lock_account',
  `select ${accountColumns} from identity.users u left join identity.email_changes c on c.user_id = u.id
   where u.id = $1 for update of u`,
);

/** Reads the account and holds it until the transaction ends: whoever changes it, or begins a session, waits. */
export async function lockAccount(tx: Transaction, userId: string): Promise<Account | undefined> {
  const [account] = await tx.query(lockAccountStatement, [userId]);
  return account;
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

const lockAdminsStatement = statement(
  'identity.lock_admins',
  `select pg_advisory_xact_lock(hashtext('identity.admins'))`,
);
const hasOtherAdminStatement = statement<{ exists: boolean }>(
  'identity.has_other_admin',
  `select exists (select 1 from identity.users where 'admin' = any (roles) and id <> $1) as exists`,
);

/**
 * Whether somebody else is an admin. Those who ask go one after the other, so that two admins can't remove each other at
 * once; the lock is a statement of its own, because one statement would look with eyes from before the wait.
 */
export async function hasOtherAdmin(tx: Transaction, userId: string): Promise<boolean> {
  await tx.query(lockAdminsStatement);
  const [answer] = await tx.query(hasOtherAdminStatement, [userId]);
  return answer?.exists === true;
}
