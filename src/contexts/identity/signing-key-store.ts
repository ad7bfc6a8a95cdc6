import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';

/** `next` is published before it signs; `current` signs; `retired` only verifies what it signed. */
export type SigningKeyState = 'next' | 'current' | 'retired';

/** The public half of a P-256 key as RFC 7517 writes it. */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

export interface StoredSigningKey {
  readonly kid: string;
  readonly state: SigningKeyState;
  readonly publicJwk: PublicJwk;
  readonly privateCipher: Buffer;
}

/** Seconds a retired key is still accepted: longer than any access token lives and any process takes to learn of it. */
export const RETIRED_LIFETIME = 3600;

/** Every process listens here: the keys have changed. */
export const SIGNING_KEYS_CHANNEL = 'portico_signing_keys';

const listStatement = statement<StoredSigningKey>(
  'identity.list_signing_keys',
  `select kid, state, public_jwk as "publicJwk", private_cipher as "privateCipher" from identity.signing_keys
   where retired_at is null or retired_at > clock_timestamp() - make_interval(secs => ${RETIRED_LIFETIME})
   order by created_at`,
);

export async function listSigningKeys(queryable: Queryable): Promise<StoredSigningKey[]> {
  return queryable.query(listStatement);
}

const lockStatement = statement(
  'identity.lock_signing_keys',
  `select pg_advisory_xact_lock(hashtext('identity.keys'))`,
);

/** One process at a time changes keys. */
export async function lockSigningKeys(tx: Transaction): Promise<void> {
  await tx.query(lockStatement);
}

const insertStatement = statement(
  'identity.insert_signing_key',
  `insert into identity.signing_keys (kid, state, public_jwk, private_cipher, activated_at)
   values ($1, $2, $3, $4, case when $2 = 'current' then clock_timestamp() end)`,
);

export async function insertSigningKey(tx: Transaction, key: StoredSigningKey): Promise<void> {
  await tx.query(insertStatement, [key.kid, key.state, JSON.stringify(key.publicJwk), key.privateCipher]);
}

const retireStatement = statement(
  'identity.retire_signing_key',
  `update identity.signing_keys set state = 'retired', retired_at = clock_timestamp() where state = 'current'`,
);
const activateStatement = statement<{ kid: string }>(
  'identity.activate_signing_key',
  `update identity.signing_keys set state = 'current', activated_at = clock_timestamp() where state = 'next'
   returning kid`,
);
const announceStatement = statement(
  'identity.announce_signing_keys',
  `select pg_notify('${SIGNING_KEYS_CHANNEL}', '')`,
);

/** Retires the current key and lets the next one sign. @returns the kid that signs now */
export async function advanceSigningKeys(tx: Transaction): Promise<string | undefined> {
  await tx.query(retireStatement);
  const [activated] = await tx.query(activateStatement);
  return activated?.kid;
}

const deleteAllStatement = statement('identity.delete_signing_keys', 'delete from identity.signing_keys');

export async function deleteSigningKeys(tx: Transaction): Promise<void> {
  await tx.query(deleteAllStatement);
}

export async function announceSigningKeys(tx: Transaction): Promise<void> {
  await tx.query(announceStatement);
}

const currentAgeStatement = statement<{ seconds: number }>(
  'identity.age_of_signing_key',
  `select extract(epoch from clock_timestamp() - activated_at)::float8 as seconds
   from identity.signing_keys where state = 'current'`,
);

/** Seconds since the current key began to sign. */
export async function ageOfCurrentKey(queryable: Queryable): Promise<number | undefined> {
  const [current] = await queryable.query(currentAgeStatement);
  return current?.seconds;
}
