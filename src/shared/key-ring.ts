import { createHash, hkdfSync } from 'node:crypto';
import { deriveKey } from './keys.ts';
import { seal, unseal } from './sealed.ts';

/** A key and the name under which sealed values remember it. */
export interface NamedKey {
  /** {@link KEY_ID}. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** What a key may be called. */
export const KEY_ID = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** Ids that this prefix begins belong to keys derived from PORTICO_SECRET. */
export const DERIVED_PREFIX = 'secret-';

/** Seals and opens the values of one column. */
export interface ColumnCipher {
  /** @param row the row's primary key as text: a sealed value opens nowhere else */
  seal(row: string, plain: Buffer): Buffer;
  /**
   * @throws MissingKeyError when the ring no longer has the value's key; Error when the value was changed or belongs elsewhere
   */
  open(row: string, sealed: Buffer): Buffer;
}

/**
 * The keys that protect columns at rest (AES-256-GCM). The newest seals, every one of them opens. A sealed value is the length
 * of its key's id, that id, and what {@link seal} makes; table, column and row are authenticated with it.
 */
export interface KeyRing {
  /** The key that seals. */
  readonly newest: string;
  /** Every key that opens, the newest first. */
  readonly ids: readonly string[];
  /** @param name `schema.table.column`; each column has keys of its own, derived from the ring's */
  column(name: string): ColumnCipher;
}

/** A value was sealed under a key that this process was not given. Nothing can be said about what it protects. */
export class MissingKeyError extends Error {
  readonly keyId: string;

  constructor(column: string, keyId: string) {
    super(
      `A value of ${column} is sealed under the key "${keyId}", which is neither in PORTICO_ENCRYPTION_KEYS nor derived ` +
        'from PORTICO_SECRET: give it back; "portico keys" shows what it still protects.',
    );
    this.name = 'MissingKeyError';
    this.keyId = keyId;
  }
}

/** @param keys the newest first; at least one */
export function createKeyRing(keys: readonly NamedKey[]): KeyRing {
  const [newest] = keys;
  if (newest === undefined) throw new Error('a key ring without a key');
  return {
    newest: newest.id,
    ids: keys.map(({ id }) => id),
    column(name) {
      const derived = new Map(keys.map(({ id, key }) => [id, Buffer.from(hkdfSync('sha256', key, '', name, 32))]));
      const keyOf = (id: string): Buffer => {
        const key = derived.get(id);
        if (key === undefined) throw new MissingKeyError(name, id);
        return key;
      };
      return {
        seal(row, plain) {
          const id = Buffer.from(newest.id);
          return Buffer.concat([Buffer.of(id.length), id, seal(keyOf(newest.id), `${name}|${row}`, plain)]);
        },
        open(row, sealed) {
          const end = 1 + (sealed[0] ?? 0);
          return unseal(keyOf(sealed.subarray(1, end).toString('latin1')), `${name}|${row}`, sealed.subarray(end));
        },
      };
    },
  };
}

/**
 * The ring of one installation: the keys it was given, then one derived from PORTICO_SECRET, so that a first key may be given
 * at any time. The derived key's id tells one secret from another and nothing about it.
 */
export function createInstallationKeyRing(secret: string, given: readonly NamedKey[]): KeyRing {
  const key = deriveKey(secret, 'column encryption');
  const id = `${DERIVED_PREFIX}${createHash('sha256').update('id').update(key).digest('hex').slice(0, 8)}`;
  return createKeyRing([...given, { id, key }]);
}
