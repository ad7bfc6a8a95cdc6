import { hkdfSync } from 'node:crypto';
import { seal, unseal } from '../../shared/sealed.ts';

/**
 * Encrypts the successor of a refresh token under a key that only the holder of that token can derive: a lost answer can
 * be repeated, while a stolen table opens nothing.
 */
export function sealSuccessor(presented: string, sessionId: string, successor: string): Buffer {
  return seal(keyOf(presented), sessionId, Buffer.from(successor));
}

export function unsealSuccessor(presented: string, sessionId: string, sealed: Buffer): string {
  return unseal(keyOf(presented), sessionId, sealed).toString();
}

function keyOf(presented: string): Buffer {
  return Buffer.from(hkdfSync('sha256', presented, '', 'portico/refresh-successor', 32));
}
