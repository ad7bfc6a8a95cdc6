import { createHash, randomInt } from 'node:crypto';

/** Without I, L, O and U: nothing that reads like something else. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 16 characters of 5 bits: 80 bits, which nobody guesses and no table inverts. */
const LENGTH = 16;

export const RECOVERY_CODES = 10;

export interface RecoveryCode {
  /** `XXXX-XXXX-XXXX-XXXX`: what the person keeps. Never stored. */
  readonly text: string;
  readonly hash: Buffer;
}

export function createRecoveryCodes(): readonly RecoveryCode[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const characters = Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
    const text = characters.replaceAll(/(.{4})(?=.)/g, '$1-');
    return { text, hash: hashRecoveryCode(text) };
  });
}

/** The stored form of a typed code; case and dashes do not matter. */
export function hashRecoveryCode(typed: string): Buffer {
  return createHash('sha256').update(typed.replaceAll('-', '').toUpperCase()).digest();
}
