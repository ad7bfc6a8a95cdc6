import { createHash, createHmac } from 'node:crypto';
import { sameSecret } from '../secrets.ts';

/** As Vonage's dashboard names them: `md5hash` appends the secret, the others are HMACs. */
export const vonageSignatureMethods = ['md5hash', 'md5', 'sha1', 'sha256', 'sha512'] as const;
export type VonageSignatureMethod = (typeof vonageSignatureMethods)[number];

export interface VonageSignature {
  readonly secret: string;
  readonly method: VonageSignatureMethod;
}

/**
 * Whether Vonage signed these fields: over `&name=value` of all but `sig`, by name, with `&` and `=` in values written as
 * `_`. The rule is that of Vonage's own Node SDK (@vonage/sms 1.x); upper and lower case of the hexadecimal digits are alike.
 */
export function isVonageSignature(
  fields: Readonly<Record<string, string>>,
  { secret, method }: VonageSignature,
): boolean {
  const names = Object.keys(fields)
    .filter((name) => name !== 'sig')
    .sort();
  const text = names.map((name) => `&${name}=${(fields[name] ?? '').replaceAll(/[&=]/g, '_')}`).join('');
  const hash = method === 'md5hash' ? createHash('md5').update(text + secret) : createHmac(method, secret).update(text);
  return sameSecret((fields['sig'] ?? '').toLowerCase(), hash.digest('hex'));
}
