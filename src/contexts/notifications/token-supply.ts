import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from '../../database/transaction.ts';
import { takeTokens } from './bucket-store.ts';
import type { Bucket } from './provider.ts';
import { HELD_MILLISECONDS } from './provider.ts';

/** Tokens taken by one statement: enough that it costs little per call, few enough to be spent within milliseconds. */
const DOSE = 25;
const LONGEST_WAIT_MILLISECONDS = 10_000;

/** What calls were given to leave with. */
export interface Leave {
  /** How many of them it is about: at least one. */
  readonly calls: number;
  /** 0 when they may leave at once; else the milliseconds until a token, too long to stand here. */
  readonly wait: number;
}

/** The tokens of so many calls, of which the next are taken while the last ones are being spent. */
export interface TokenSupply {
  /** Waits for tokens. @returns leave for at most `wanted` calls, to be used at once */
  take(wanted: number): Promise<Leave>;
}

interface Dose {
  left: number;
  readonly wait: number;
  readonly arrivedAt: number;
}

/**
 * Never takes more tokens than there are calls, and forgets those that were not spent within `HELD_MILLISECONDS`: the rate
 * of the bucket leaves room for so much lateness, and for no more.
 */
export function createTokenSupply(
  database: Queryable,
  bucket: Bucket,
  calls: number,
  now: () => number = () => performance.now(),
): TokenSupply {
  let expected = calls;
  let dose: Dose | undefined;
  let ahead: Promise<Dose> | undefined;

  async function ask(): Promise<Dose> {
    const count = Math.max(1, Math.min(DOSE, bucket.capacity, expected - (dose?.left ?? 0)));
    const giveUpAt = now() + LONGEST_WAIT_MILLISECONDS;
    for (;;) {
      const wait = await takeTokens(database, bucket, count);
      const arrivedAt = now();
      if (wait === 0 || arrivedAt + wait > giveUpAt) return { left: wait === 0 ? count : 0, wait, arrivedAt };
      await sleep(wait);
    }
  }

  async function freshDose(): Promise<Dose> {
    if (dose !== undefined && now() - dose.arrivedAt > HELD_MILLISECONDS) dose = undefined;
    while (dose === undefined || (dose.left === 0 && dose.wait === 0)) {
      const next = ahead ?? ask();
      ahead = undefined;
      dose = await next;
      if (now() - dose.arrivedAt > HELD_MILLISECONDS) dose = undefined;
    }
    return dose;
  }

  return {
    async take(wanted) {
      const current = await freshDose();
      const given = current.wait > 0 ? wanted : Math.min(wanted, current.left);
      expected -= given;
      if (current.wait > 0) {
        dose = undefined;
        return { calls: given, wait: current.wait };
      }
      current.left -= given;
      if (current.left < DOSE / 2 && expected > current.left) {
        ahead ??= ask();
        // Whoever takes it hears of a failure.
        ahead.catch(() => undefined);
      }
      return { calls: given, wait: 0 };
    },
  };
}
