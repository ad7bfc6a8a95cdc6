import bcrypt from 'bcrypt';
import type { PasswordGate } from './password-gate.ts';

/** bcrypt reads no further: whatever follows would not count. */
export const PASSWORD_BYTES = 72;

export interface PasswordHash {
  readonly hash: string;
  /** How the hash was made, so that it can be made anew when that changes: `bcrypt-nfc-12`. */
  readonly scheme: string;
}

/** Of an account that has no password: no password is right, and finding that out takes the usual time. */
export const NO_PASSWORD: PasswordHash = { hash: '', scheme: 'none' };

export interface PasswordHasher {
  /** @param password at most {@link PASSWORD_BYTES} bytes in NFC: the policy has seen to it */
  hash(password: string, signal?: AbortSignal): Promise<PasswordHash>;
  /**
   * Compares, at the same cost whether or not there is anything to compare with: pass undefined for an unknown account.
   * Longer than {@link PASSWORD_BYTES} or not well-formed is wrong, at the same cost too.
   */
  verify(password: string, stored: PasswordHash | undefined, signal?: AbortSignal): Promise<boolean>;
  /** Whether the hash should be made anew at the next occasion. */
  isOutdated(stored: PasswordHash): boolean;
}

/** The password as it is measured and hashed: the same é typed on two keyboards is one byte string. */
export function canonicalPassword(password: string): Buffer {
  return Buffer.from(password.normalize('NFC'));
}

/** @param cost bcrypt's, 4 to 31; it doubles the time with each step */
export function createPasswordHasher(gate: PasswordGate, cost: number): PasswordHasher {
  const scheme = `bcrypt-nfc-${cost}`;
  // Well-formed and of the same cost, but nobody's: made by no password, so that comparing takes the usual time.
  const nobody = `$2b$${String(cost).padStart(2, '0')}$${'u'.repeat(22)}${'A'.repeat(31)}`;

  return {
    async hash(password, signal) {
      const bytes = canonicalPassword(password);
      if (bytes.length > PASSWORD_BYTES) throw new RangeError(`password longer than ${PASSWORD_BYTES} bytes`);
      return { hash: await gate.run(() => bcrypt.hash(bytes, cost), signal), scheme };
    },
    async verify(password, stored, signal) {
      const bytes = canonicalPassword(password);
      const possible = bytes.length <= PASSWORD_BYTES && password.isWellFormed();
      const comparable = stored !== undefined && stored.scheme !== NO_PASSWORD.scheme && possible;
      const hash = comparable ? stored.hash : nobody;
      const same = await gate.run(() => bcrypt.compare(bytes, hash), signal);
      return same && hash !== nobody;
    },
    isOutdated: (stored) => stored.scheme !== scheme,
  };
}
