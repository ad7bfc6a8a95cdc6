import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** RFC 6238 as every authenticator app knows it. */
const PERIOD = 30;
const form = { algorithm: 'SHA1', digits: 6, period: PERIOD } as const;

/** 160 bits, as RFC 4226 recommends. */
export function createTotpSecret(): Buffer {
  return randomBytes(20);
}

/** What an app is told: the secret in base32 for typing, and a URI for a QR code. */
export function describeTotpSecret(secret: Buffer, label: string): { readonly secret: string; readonly uri: string } {
  const totp = new TOTP({ ...form, issuer: 'Portico', label, secret: toSecret(secret) });
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/**
 * The step (30 seconds since 1970) whose code this is: the present one, or the one before or after, for clocks that differ.
 * Compares in constant time. Whether the step was used before is for the database to say.
 */
export function stepOf(secret: Buffer, code: string, now: Date): number | undefined {
  const delta = new TOTP({ ...form, secret: toSecret(secret) }).validate({
    token: code,
    timestamp: now.getTime(),
    window: 1,
  });
  return delta === null ? undefined : Math.floor(now.getTime() / 1000 / PERIOD) + delta;
}

/** The code of a moment. */
export function totpCode(secret: Buffer, now: Date): string {
  return new TOTP({ ...form, secret: toSecret(secret) }).generate({ timestamp: now.getTime() });
}

/** Copied, because the library keeps the whole memory that a pooled Buffer is a part of. */
function toSecret(secret: Buffer): Secret {
  return new Secret({ buffer: new Uint8Array(secret).buffer });
}
