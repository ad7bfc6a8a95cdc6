import { hkdfSync } from 'node:crypto';
import { seal, unseal } from '../../../shared/sealed.ts';

/**
 * Encrypts what only the holder of a secret token may bring back: a stolen table opens nothing, because the table has the
 * token's hash alone.
 *
 * @param purpose what the token is for; another purpose gives another key
 */
export function sealUnderToken(token: string, purpose: string, value: object): Buffer {
  return seal(keyOf(token, purpose), purpose, Buffer.from(JSON.stringify(value)));
}

/** @throws when the token is another, or a byte was changed */
export function unsealUnderToken(token: string, purpose: string, sealed: Buffer): unknown {
  return JSON.parse(unseal(keyOf(token, purpose), purpose, sealed).toString());
}

function keyOf(token: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', token, '', `portico/${purpose}`, 32));
}
