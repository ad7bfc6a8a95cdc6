import { createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

/** What a round token says. */
export interface RoundClaims {
  readonly roundId: string;
  readonly userId: string;
  readonly gameId: string;
  readonly rulesVersion: number;
  /** Unix milliseconds. */
  readonly expiresAt: number;
  /** Makes the token the only one of its round: rounds keep its hash. */
  readonly nonce: Buffer;
}

export interface RoundTokens {
  issue(claims: RoundClaims): string;
  /** Null for a token that these keys did not make, exactly like this. */
  read(token: string): RoundClaims | null;
}

type Payload = readonly [string, string, string, string, number, number, string];

/** Tokens that prove a round was started here, by whom and under what rules: `payload.HMAC-SHA-256`, both base64url. */
export function createRoundTokens(secret: Buffer): RoundTokens {
  const keyId = createHash('sha256').update(secret).digest('hex').slice(0, 8);
  // Node takes 16 µs for an HMAC under a buffer, 4 under a key.
  const key = createSecretKey(secret);
  const sign = (payload: string): Buffer => createHmac('sha256', key).update(payload).digest();
  return {
    issue({ roundId, userId, gameId, rulesVersion, expiresAt, nonce }) {
      const fields: Payload = [keyId, roundId, userId, gameId, rulesVersion, expiresAt, nonce.toString('base64url')];
      const payload = Buffer.from(JSON.stringify(fields)).toString('base64url');
      return `${payload}.${sign(payload).toString('base64url')}`;
    },
    read(token) {
      const [payload = '', signature = '', ...rest] = token.split('.');
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(payload);
      // Unused bits of the last character would give one signature several spellings.
      const whole = rest.length === 0 && given.toString('base64url') === signature && given.length === expected.length;
      if (!whole || !timingSafeEqual(given, expected)) return null;
      const [kid, roundId, userId, gameId, rulesVersion, expiresAt, nonce] = JSON.parse(
        Buffer.from(payload, 'base64url').toString(),
      ) as Payload;
      if (kid !== keyId) return null;
      return { roundId, userId, gameId, rulesVersion, expiresAt, nonce: Buffer.from(nonce, 'base64url') };
    },
  };
}

/** A round's nonce follows from its secret seed, so that the token of a live round can be given out again. */
export function nonceOf({ id, serverSeed }: { readonly id: string; readonly serverSeed: Buffer }): Buffer {
  return createHmac('sha256', createSecretKey(serverSeed)).update(`round token|${id}`).digest().subarray(0, 16);
}

export function hashOfNonce(nonce: Buffer): Buffer {
  return createHash('sha256').update(nonce).digest();
}
