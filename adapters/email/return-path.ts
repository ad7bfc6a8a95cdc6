import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Envelope senders with the reference of their mail in them (VERP): `bounces+<48 hex digits>@example.org`. A server that cannot
 * deliver the mail says so there, and whoever reads it knows which mail was meant. Digits are hex because some servers write
 * addresses in lower case.
 */
export interface ReturnPaths {
  /** @param reference a UUID; @returns undefined for anything else */
  addressFor(reference: string): string | undefined;
  /** The same without mailbox and domain: the envelope id that delivery notifications repeat (RFC 3461). */
  tokenFor(reference: string): string | undefined;
  /** @param text an address or a token, in any case; @returns the reference, undefined for what was not made here */
  read(text: string): string | undefined;
}

const REFERENCE_BYTES = 16;
/** Who guesses has to guess 64 bits, over the network, and wins that one address gets no more mail. */
const PROOF_BYTES = 8;
/** What stays of the 64 characters in front of an @ (RFC 5321) beside `+` and the token. */
export const LONGEST_BOUNCE_MAILBOX = 64 - 1 - 2 * (REFERENCE_BYTES + PROOF_BYTES);

/**
 * @param address where bounces arrive, whatever follows a `+`: `bounces@example.org`
 * @param key 32 bytes, for this purpose alone
 */
export function createReturnPaths(address: string, key: Buffer): ReturnPaths {
  const at = address.lastIndexOf('@');
  const [mailbox, domain] = [address.slice(0, at), address.slice(at + 1)];
  const proofOf = (reference: Buffer): Buffer =>
    createHmac('sha256', key).update(reference).digest().subarray(0, PROOF_BYTES);

  function tokenFor(reference: string): string | undefined {
    const bytes = Buffer.from(reference.replaceAll('-', ''), 'hex');
    if (bytes.length !== REFERENCE_BYTES) return undefined;
    return Buffer.concat([bytes, proofOf(bytes)]).toString('hex');
  }
  return {
    tokenFor,
    addressFor(reference) {
      const token = tokenFor(reference);
      return token === undefined ? undefined : `${mailbox}+${token}@${domain}`;
    },
    read(text) {
      const [, token] = /^(?:[^+@]*\+)?([0-9a-f]{48})(?:@[^@]*)?$/i.exec(text.trim()) ?? [];
      if (token === undefined) return undefined;
      const bytes = Buffer.from(token, 'hex');
      const reference = bytes.subarray(0, REFERENCE_BYTES);
      if (!timingSafeEqual(bytes.subarray(REFERENCE_BYTES), proofOf(reference))) return undefined;
      return reference.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
  };
}
