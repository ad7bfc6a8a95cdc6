import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ensureSigningKeys } from './rotate-signing-keys.ts';
import type { SigningKeyDependencies } from './rotate-signing-keys.ts';
import { cipherOf } from '../../database/sealed-column.ts';
import type { KeyRing } from '../../shared/key-ring.ts';
import { signingKeyColumn } from './sealed-columns.ts';
import { StartupError } from '../../shared/startup-error.ts';
import { listSigningKeys } from './signing-key-store.ts';
import type { PublicJwk, StoredSigningKey } from './signing-key-store.ts';

/** Seconds between two looks at the database for an unknown kid, which anybody can send. */
const RELOAD_PAUSE = 5;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** The closed set of keys of this installation, as this process knows it. */
export interface SigningKeys {
  /** The key that signs. */
  current(): SigningKey;
  /** The key that verifies; an unknown kid looks at the database once, at most every few seconds. */
  find(kid: string): Promise<KeyObject | undefined>;
  /** What the world may know, for the JWKS. */
  list(): readonly (PublicJwk & { readonly kid: string })[];
  /** Reads the keys anew; makes the first ones of an installation. */
  load(): Promise<void>;
}

/** @param signs false where tokens are only verified: no key is made there, and the private ones stay sealed. */
export function createSigningKeys(dependencies: SigningKeyDependencies, { signs } = { signs: true }): SigningKeys {
  let stored: readonly StoredSigningKey[] = [];
  let publicKeys: ReadonlyMap<string, KeyObject> = new Map();
  let current: SigningKey | undefined;
  let loading: Promise<void> | undefined;
  let loadedAt = -Infinity;

  async function read(): Promise<void> {
    if (signs) await ensureSigningKeys(dependencies);
    const keys = await listSigningKeys(dependencies.database);
    if (signs) current = openCurrentKey(dependencies.keyRing, keys);
    publicKeys = new Map(keys.map(({ kid, publicJwk }) => [kid, importPublicKey(publicJwk)]));
    stored = keys;
    loadedAt = performance.now();
  }

  function load(): Promise<void> {
    loading ??= read().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  return {
    current() {
      if (current === undefined) throw new Error('the signing keys are not loaded yet');
      return current;
    },
    async find(kid) {
      if (!publicKeys.has(kid) && performance.now() - loadedAt > RELOAD_PAUSE * 1000) await load();
      return publicKeys.get(kid);
    },
    list: () => stored.map(({ kid, publicJwk }) => ({ ...publicJwk, kid })),
    load,
  };
}

function importPublicKey(jwk: PublicJwk): KeyObject {
  return createPublicKey({ key: { ...jwk }, format: 'jwk' });
}

function openCurrentKey(ring: KeyRing, keys: readonly StoredSigningKey[]): SigningKey {
  const signing = keys.find(({ state }) => state === 'current');
  if (signing === undefined) throw new Error('no current signing key');
  return { kid: signing.kid, privateKey: openPrivateKey(ring, signing) };
}

function openPrivateKey(ring: KeyRing, { kid, privateCipher }: StoredSigningKey): KeyObject {
  try {
    return createPrivateKey({
      key: cipherOf(ring, signingKeyColumn).open(kid, privateCipher),
      format: 'der',
      type: 'pkcs8',
    });
  } catch (cause) {
    throw new StartupError(
      'The signing keys in the database are sealed under a key that is neither in PORTICO_ENCRYPTION_KEYS nor derived from ' +
        'this PORTICO_SECRET: give it back, or run "portico keys replace".',
      { cause },
    );
  }
}
