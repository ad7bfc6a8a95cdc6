import { hkdfSync } from 'node:crypto';

/**
 * A 32-byte key for one purpose, derived from the master secret (HKDF-SHA-256, RFC 5869). Purposes are constants of the
 * code: a key found out for one of them opens no other.
 */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'portico', purpose, 32));
}
