import { createHmac, randomInt } from 'node:crypto';

/** What a code can be good for. It opens nothing else: the purpose is part of what is stored. */
export const codePurposes = ['login', 'verify', 'reset', 'phone-change', 'deletion', 'social'] as const;

export type CodePurpose = (typeof codePurposes)[number];

/** Seconds a code lives. */
export const CODE_LIFETIME = 300;

/** Six digits, each of the million equally likely. */
export function createCode(): string {
  return randomInt(1_000_000).toString().padStart(6, '0');
}

/**
 * The stored form of a code: without the key, a stolen table would give each code away after a million tries.
 *
 * @param phone E.164
 */
export function hashCode(key: Buffer, purpose: CodePurpose, phone: string, code: string): Buffer {
  return createHmac('sha256', key).update(`${purpose}|${phone}|${code}`).digest();
}
