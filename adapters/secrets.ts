import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares in a time that tells nothing of the texts, not even of their lengths. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

/** True when the given text is one of these; looks at all of them. None configured: nothing is. */
export function isOneOf(given: string, expected: readonly string[]): boolean {
  return expected.map((secret) => sameSecret(given, secret)).includes(true);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
