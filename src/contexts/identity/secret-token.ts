import { createHash, randomBytes } from 'node:crypto';

/** A secret somebody presents once: refresh, reset and verification tokens. */
export interface SecretToken {
  /** 32 random bytes in base64url: what the person gets. Never stored. */
  readonly text: string;
  /** SHA-256 of the text: what is stored. Random secrets need no slow hash. */
  readonly hash: Buffer;
}

export function createSecretToken(): SecretToken {
  const text = randomBytes(32).toString('base64url');
  return { text, hash: hashSecretToken(text) };
}

/** The stored form of a presented token. */
export function hashSecretToken(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
