import { createHmac, createSecretKey } from 'node:crypto';

/** Chance that anybody can recompute once the server's seed is revealed. */
export interface RandomStream {
  /** The next number from 0 to n − 1, each equally likely. @param n a whole number from 1 to 2³² */
  below(n: number): number;
}

export interface StreamSeeds {
  /** 32 random bytes, fixed and committed to before the player's seed is known. */
  readonly serverSeed: Buffer;
  /** The player's share. Empty for what is drawn before the player has chosen one. */
  readonly clientSeed: string;
  readonly roundId: string;
}

const WORDS = 2 ** 32;

/**
 * 32-bit big-endian words of HMAC-SHA-256(serverSeed, `clientSeed|roundId|cursor`) for cursor 0, 1, 2, …. A word that would
 * favour small numbers (at or above the largest multiple of n) is skipped.
 */
export function createRandomStream({ serverSeed, clientSeed, roundId }: StreamSeeds): RandomStream {
  const key = createSecretKey(serverSeed);
  let block = Buffer.alloc(0);
  let at = 0;
  let cursor = 0;
  const word = (): number => {
    if (at === block.length) {
      block = createHmac('sha256', key).update(`${clientSeed}|${roundId}|${cursor}`).digest();
      [at, cursor] = [0, cursor + 1];
    }
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  return {
    below(n) {
      if (!Number.isInteger(n) || n < 1 || n > WORDS) throw new RangeError('n must be a whole number from 1 to 2^32');
      const fair = WORDS - (WORDS % n);
      let drawn = word();
      while (drawn >= fair) drawn = word();
      return drawn % n;
    },
  };
}
