import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** By which scanners of logs and repositories recognise a secret that strayed. */
const PREFIX = 'ptc_';

export interface ClientSecretText {
  /** The prefix and 32 random bytes: what the program gets. Never stored. */
  readonly text: string;
  /** SHA-256: random secrets need no slow hash, which would only be a way to keep our processors busy. */
  readonly hash: Buffer;
  /** The first characters, for telling secrets apart. */
  readonly hint: string;
}

export function createClientSecretText(): ClientSecretText {
  const text = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  return { text, hash: hash(text), hint: text.slice(0, PREFIX.length + 4) };
}

const nobody = randomBytes(32);

/**
 * Which of a client's secrets was presented. Compares with two in any case and in constant time: that a client does not exist
 * costs the same as that its secret is another.
 */
export function findSecret<Secret extends { readonly hash: Buffer }>(
  presented: string,
  secrets: readonly Secret[],
): Secret | undefined {
  const wanted = hash(presented);
  let found: Secret | undefined;
  for (const slot of [0, 1]) {
    const secret = secrets[slot];
    if (timingSafeEqual(wanted, secret?.hash ?? nobody)) found = secret;
  }
  return found;
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
