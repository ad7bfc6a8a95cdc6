import { createHmac } from 'node:crypto';
import { isOneOf } from './secrets.ts';

/** Seconds that a signed message may be old, or ahead of our clock. */
const TOLERANCE = 300;

/** `t=<unix>,v1=<hex>`: HMAC-SHA256 over `<t>.<body>`, keyed with the secret as text. */
export function signTimestamped(secret: string, body: string | Buffer, at: Date): string {
  const t = Math.floor(at.getTime() / 1000);
  return `t=${t},v1=${mac(secret, String(t), Buffer.from(body))}`;
}

/**
 * Why this header does not prove these bytes; undefined when it does. Several `v1` may stand in it, one of them under one of the
 * secrets is enough: that is how secrets are exchanged. Compares in constant time.
 */
export function faultOfTimestamped(
  header: string,
  { secrets, raw, at }: { readonly secrets: readonly string[]; readonly raw: Buffer; readonly at: Date },
): string | undefined {
  const parts = header.split(',').map((part) => part.trim().split('=', 2));
  const valuesOf = (scheme: string): string[] =>
    parts.flatMap(([name, value = '']) => (name === scheme ? [value] : []));
  const [t = ''] = valuesOf('t');
  if (!/^\d{1,12}$/.test(t)) return 'no-timestamp';
  const expected = secrets.map((secret) => mac(secret, t, raw));
  const proven = valuesOf('v1').map((given) => isOneOf(given, expected));
  if (!proven.includes(true)) return 'wrong-signature';
  return Math.abs(at.getTime() / 1000 - Number(t)) > TOLERANCE ? 'outside-of-time' : undefined;
}

function mac(secret: string, t: string, body: Buffer): string {
  return createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex');
}
