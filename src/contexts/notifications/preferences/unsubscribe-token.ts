import { createHmac, timingSafeEqual } from 'node:crypto';

const ID_BYTES = 16;
const MAC_BYTES = 16;

/** Signed ids of messages, as they stand in links: who has one may stop what the message was part of, and nothing else. */
export interface UnsubscribeTokens {
  sign(messageId: string): string;
  /** @returns the message's id; undefined for what we never gave out */
  verify(token: string): string | undefined;
}

/** @param key 32 bytes, for this purpose alone */
export function createUnsubscribeTokens(key: Buffer): UnsubscribeTokens {
  const macOf = (id: Buffer): Buffer => createHmac('sha256', key).update(id).digest().subarray(0, MAC_BYTES);
  return {
    sign(messageId) {
      const id = Buffer.from(messageId.replaceAll('-', ''), 'hex');
      return Buffer.concat([id, macOf(id)]).toString('base64url');
    },
    verify(token) {
      const bytes = Buffer.from(token, 'base64url');
      // One spelling per token: the last character has bits that mean nothing.
      if (bytes.length !== ID_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return undefined;
      const id = bytes.subarray(0, ID_BYTES);
      if (!timingSafeEqual(bytes.subarray(ID_BYTES), macOf(id))) return undefined;
      return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
  };
}
