import { createHmac, timingSafeEqual } from 'node:crypto';

/** What the key of these ids is derived for. */
export const trackingPurpose = 'tracked links';

/** What a link or picture in an e-mail stands for: one message, and for a link which one. */
export type Tracked =
  | { readonly kind: 'open'; readonly messageId: string }
  | { readonly kind: 'click'; readonly messageId: string; readonly number: number };

export interface TrackingTokens {
  sign(tracked: Tracked): string;
  /** @returns undefined for a token that this key did not make, however little was changed */
  read(token: string): Tracked | undefined;
}

const MAC_BYTES = 16;
const OPEN = 1;
const CLICK = 2;
/** Kind, message id, number of the link. */
const PAYLOAD_BYTES = 1 + 16 + 2;

/** Ids that only this key can make: whoever alters one has none. They say nothing about where a link leads. */
export function createTrackingTokens(key: Uint8Array): TrackingTokens {
  const macOf = (payload: Uint8Array): Buffer =>
    createHmac('sha256', key).update(payload).digest().subarray(0, MAC_BYTES);
  return {
    sign(tracked) {
      const payload = Buffer.alloc(PAYLOAD_BYTES);
      payload.writeUInt8(tracked.kind === 'open' ? OPEN : CLICK);
      payload.write(tracked.messageId.replaceAll('-', ''), 1, 'hex');
      payload.writeUInt16BE(tracked.kind === 'open' ? 0 : tracked.number, 17);
      return Buffer.concat([payload, macOf(payload)]).toString('base64url');
    },
    read(token) {
      const bytes = Buffer.from(token, 'base64url');
      // One token has one spelling: base64url that decodes alike is still altered.
      if (bytes.length !== PAYLOAD_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return undefined;
      const payload = bytes.subarray(0, PAYLOAD_BYTES);
      if (!timingSafeEqual(bytes.subarray(PAYLOAD_BYTES), macOf(payload))) return undefined;
      const hex = payload.toString('hex', 1, 17);
      const messageId = [0, 8, 12, 16, 20].map((from, part) => hex.slice(from, [8, 12, 16, 20, 32][part])).join('-');
      return payload.readUInt8() === OPEN
        ? { kind: 'open', messageId }
        : { kind: 'click', messageId, number: payload.readUInt16BE(17) };
    },
  };
}
