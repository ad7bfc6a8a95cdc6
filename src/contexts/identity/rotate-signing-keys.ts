import { createHash, generateKeyPairSync } from 'node:crypto';
import type { Database } from '../../database/transaction.ts';
import { cipherOf } from '../../database/sealed-column.ts';
import type { KeyRing } from '../../shared/key-ring.ts';
import { signingKeyColumn } from './sealed-columns.ts';
import {
  advanceSigningKeys,
  ageOfCurrentKey,
  announceSigningKeys,
  deleteSigningKeys,
  insertSigningKey,
  listSigningKeys,
  lockSigningKeys,
} from './signing-key-store.ts';
import type { PublicJwk, SigningKeyState, StoredSigningKey } from './signing-key-store.ts';

export interface SigningKeyDependencies {
  readonly database: Database;
  /** Private keys are stored under it. */
  readonly keyRing: KeyRing;
}

/**
 * Retires the current key, lets the next one sign and makes a new next one, which every verifier can learn long before it
 * signs. Tokens signed by the retired key stay good until they expire.
 *
 * @param olderThan only if the current key has signed for this many seconds; 0 rotates in any case
 * @returns the kid that signs now; undefined when the current key is younger than that
 */
export async function rotateSigningKeys(
  dependencies: SigningKeyDependencies,
  { olderThan }: { readonly olderThan: number },
): Promise<string | undefined> {
  const { database, keyRing } = dependencies;
  await ensureSigningKeys(dependencies);
  return database.transaction(async (tx) => {
    await lockSigningKeys(tx);
    const age = await ageOfCurrentKey(tx);
    if (age !== undefined && age < olderThan) return undefined;
    const kid = await advanceSigningKeys(tx);
    await insertSigningKey(tx, createSigningKey(keyRing, 'next'));
    await announceSigningKeys(tx);
    return kid;
  });
}

/**
 * Forgets every key and makes new ones: all access tokens stop working at once, and sessions go on by their refresh tokens.
 * For a key that may have become known, and for a lost encryption key.
 *
 * @returns the kid that signs now
 */
export async function replaceSigningKeys({ database, keyRing }: SigningKeyDependencies): Promise<string> {
  const current = createSigningKey(keyRing, 'current');
  await database.transaction(async (tx) => {
    await lockSigningKeys(tx);
    await deleteSigningKeys(tx);
    await insertSigningKey(tx, current);
    await insertSigningKey(tx, createSigningKey(keyRing, 'next'));
    await announceSigningKeys(tx);
  });
  return current.kid;
}

/** Makes the first pair of keys of an installation; does nothing when there are some. */
export async function ensureSigningKeys({ database, keyRing }: SigningKeyDependencies): Promise<void> {
  if ((await listSigningKeys(database)).some(({ state }) => state === 'current')) return;
  await database.transaction(async (tx) => {
    await lockSigningKeys(tx);
    if ((await listSigningKeys(tx)).some(({ state }) => state === 'current')) return;
    await insertSigningKey(tx, createSigningKey(keyRing, 'current'));
    await insertSigningKey(tx, createSigningKey(keyRing, 'next'));
    // Processes that only verify may be up already, with no key at all.
    await announceSigningKeys(tx);
  });
}

function createSigningKey(ring: KeyRing, state: SigningKeyState): StoredSigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' });
  if (x === undefined || y === undefined) throw new Error('a P-256 key without coordinates');
  const publicJwk: PublicJwk = { kty: 'EC', crv: 'P-256', x, y };
  const kid = thumbprint(publicJwk);
  const privateCipher = cipherOf(ring, signingKeyColumn).seal(kid, privateKey.export({ format: 'der', type: 'pkcs8' }));
  return { kid, state, publicJwk, privateCipher };
}

/** RFC 7638: the kid follows from the key, so that two keys never share one. */
function thumbprint({ crv, kty, x, y }: PublicJwk): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
