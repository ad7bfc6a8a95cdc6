import { randomBytes } from 'node:crypto';
import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import { demoPhone } from '../../shared/demo-phone.ts';
import { newId } from '../../shared/id.ts';
import type { IdentityParts } from './dependencies.ts';
import type { Role } from './role.ts';

export interface DemoAccount {
  readonly role: Role;
  readonly email: string;
  readonly password: string;
  /** E.164; only the user has one. */
  readonly phone: string | null;
}

/** The accounts everybody may know: for demonstrations and tests only. */
export const demoAccounts: readonly DemoAccount[] = [
  { role: 'admin', email: 'admin@portico.example', password: 'portico-demo-admin', phone: null },
  { role: 'staff', email: 'staff@portico.example', password: 'portico-demo-staff', phone: null },
  { role: 'user', email: 'user@portico.example', password: 'portico-demo-user', phone: demoPhone(0) },
];

const insertAccountStatement = statement<{ id: string }>(
  'identity.insert_demo_account',
  `insert into identity.users
     (id, email, email_verified_at, phone, phone_verified_at, password_hash, password_scheme, gender, age, roles)
   values ($1, $2, clock_timestamp(), $3, case when $3::text is not null then clock_timestamp() end,
     $4, $5, 'undisclosed', 30, $6)
   on conflict do nothing returning id`,
);
const insertPeopleStatement = statement<{ id: string; phone: string }>(
  'identity.insert_demo_people',
  `insert into identity.users (id, phone, phone_verified_at, password_hash, password_scheme, gender, age)
   select uuidv7(), phone, clock_timestamp(), $2, $3, (array['female', 'male', 'other', 'undisclosed'])[1 + n % 4],
     18 + n % 60
   from unnest($1::text[]) with ordinality as demo (phone, n)
   on conflict do nothing returning id, phone`,
);

/** Rows per statement. */
const BATCH = 5000;

/** Verified phones and whose they are: `phones[n]` belongs to `userIds[n]`. */
export interface DemoMembers {
  readonly userIds: readonly string[];
  readonly phones: readonly string[];
}

/**
 * Creates the demo accounts and people who only have a verified phone each; nobody can log in as those. What exists stays
 * as it is.
 *
 * @param options `people`: how many; they own the phones `demoPhone(1)` to `demoPhone(people)`
 * @returns who was created, for other contexts to take over in the same transaction
 */
export async function seedDemo(
  { hasher }: Pick<IdentityParts, 'hasher'>,
  tx: Transaction,
  { people }: { readonly people: number },
): Promise<DemoMembers> {
  const created: { id: string; phone: string }[] = [];
  for (const { role, email, password, phone } of demoAccounts) {
    const { hash, scheme } = await hasher.hash(password);
    const roles = role === 'user' ? ['user'] : ['user', role];
    const [account] = await tx.query(insertAccountStatement, [newId(), email, phone, hash, scheme, roles]);
    if (account !== undefined && phone !== null) created.push({ id: account.id, phone });
  }
  // One slow hash for all of them, of a password that is forgotten here.
  const { hash, scheme } = await hasher.hash(randomBytes(24).toString('base64url'));
  for (let first = 1; first <= people; first += BATCH) {
    const last = Math.min(first + BATCH - 1, people);
    const phones = Array.from({ length: last - first + 1 }, (_, offset) => demoPhone(first + offset));
    created.push(...(await tx.query(insertPeopleStatement, [phones, hash, scheme])));
  }
  return { userIds: created.map(({ id }) => id), phones: created.map(({ phone }) => phone) };
}
