import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { Profile } from './account.ts';
import { CONFIRMATION_LIFETIME, withdrawEmailChangesTo } from './email-change-store.ts';
import type { PasswordHash } from './password-hasher.ts';
import type { ProvenRegistration } from './user-store.ts';

/** A sign-up that waits for the proof of its address or number; exactly one of the two is set. */
export interface Registration extends PasswordHash, Profile {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
}

const insertStatement = statement(
  'identity.insert_registration',
  `insert into identity.registrations (id, email, phone, password_hash, password_scheme, gender, age)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

export async function insertRegistration(tx: Transaction, registration: Registration): Promise<void> {
  const { id, email, phone, hash, scheme, gender, age } = registration;
  await tx.query(insertStatement, [id, email, phone, hash, scheme, gender, age]);
}

const findUnconfirmedStatement = statement<{ email: string; taken: boolean }>(
  'identity.find_unconfirmed_registration',
  `select r.email, exists (select 1 from identity.users u
     where u.email = r.email and u.email_verified_at is not null) as taken
   from identity.registrations r where r.id = $1 and r.email is not null and r.token_hash is null for update of r`,
);

/** A sign-up by e-mail that has no token yet, and whether its address belongs to an account. */
export async function findUnconfirmedRegistration(
  tx: Transaction,
  id: string,
): Promise<{ email: string; taken: boolean } | undefined> {
  const [found] = await tx.query(findUnconfirmedStatement, [id]);
  return found;
}

const setTokenStatement = statement(
  'identity.set_registration_token',
  `update identity.registrations set token_hash = $2, token_expires_at = clock_timestamp() + make_interval(secs => $3)
   where id = $1`,
);

export async function setRegistrationToken(tx: Transaction, id: string, tokenHash: Buffer): Promise<void> {
  await tx.query(setTokenStatement, [id, tokenHash, CONFIRMATION_LIFETIME]);
}

const registrationColumns = 'id, email, phone, password_hash as hash, password_scheme as scheme, gender, age';

const takeByTokenStatement = statement<ProvenRegistration>(
  'identity.take_registration_by_token',
  `delete from identity.registrations where token_hash = $1 and token_expires_at > clock_timestamp()
   returning ${registrationColumns}`,
);

/** Uses a confirmation token up: of two at once, one gets the sign-up. */
export async function takeRegistrationByToken(
  tx: Transaction,
  tokenHash: Buffer,
): Promise<ProvenRegistration | undefined> {
  const [taken] = await tx.query(takeByTokenStatement, [tokenHash]);
  return taken;
}

const takeByPhoneStatement = statement<ProvenRegistration>(
  'identity.take_registration_by_phone',
  `delete from identity.registrations where id = $1 and phone = $2 returning ${registrationColumns}`,
);

export async function takeRegistrationByPhone(
  tx: Transaction,
  id: string,
  phone: string,
): Promise<ProvenRegistration | undefined> {
  const [taken] = await tx.query(takeByPhoneStatement, [id, phone]);
  return taken;
}

const hasPhoneStatement = statement<{ exists: boolean }>(
  'identity.has_registration_of_phone',
  'select exists (select 1 from identity.registrations where phone = $1) as exists',
);

export async function hasRegistrationOfPhone(queryable: Queryable, phone: string): Promise<boolean> {
  const [answer] = await queryable.query(hasPhoneStatement, [phone]);
  return answer?.exists === true;
}

const deleteStatement = statement('identity.delete_registration', 'delete from identity.registrations where id = $1');

export async function deleteRegistration(tx: Transaction, id: string): Promise<void> {
  await tx.query(deleteStatement, [id]);
}

const deleteClaimsOnEmailStatement = statement(
  'identity.delete_claims_on_email',
  'delete from identity.registrations where email = $1',
);
const deleteClaimsOnPhoneStatement = statement(
  'identity.delete_claims_on_phone',
  'delete from identity.registrations where phone = $1',
);

/** Whoever else claimed the address loses the claim, and with it the password that was set for it. */
export async function deleteClaimsOnEmail(tx: Transaction, email: string): Promise<void> {
  await tx.query(deleteClaimsOnEmailStatement, [email]);
  await withdrawEmailChangesTo(tx, email);
}

export async function deleteClaimsOnPhone(tx: Transaction, phone: string): Promise<void> {
  await tx.query(deleteClaimsOnPhoneStatement, [phone]);
}
