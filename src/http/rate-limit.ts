import { callerId } from '../contract/caller.ts';
import type { RateLimitClass } from '../contract/route.ts';
import { unavailable } from '../shared/platform-problems.ts';
import type { Logger } from '../telemetry/logs.ts';
import { addressKey } from './client-address.ts';
import type { Exchange } from './exchange.ts';
import { noOperation } from './metrics.ts';
import { RateLimited } from './problems.ts';

/** How many requests a policy grants in how many seconds. */
export interface Quota {
  readonly quota: number;
  readonly windowSeconds: number;
}

type LimitedClass = Exclude<RateLimitClass, 'internal'>;
type PolicyName = LimitedClass | 'address' | 'everyone';

/** Per principal; anonymous operations per address. `address` and `everyone` come on top, for all operations together. */
export const quotas: Readonly<Record<PolicyName, Quota>> = {
  default: { quota: 300, windowSeconds: 60 },
  read: { quota: 600, windowSeconds: 60 },
  write: { quota: 120, windowSeconds: 60 },
  credential: { quota: 30, windowSeconds: 60 },
  otp: { quota: 10, windowSeconds: 60 },
  upload: { quota: 30, windowSeconds: 60 },
  webhook: { quota: 60_000, windowSeconds: 60 },
  address: { quota: 3_000, windowSeconds: 60 },
  everyone: { quota: 600_000, windowSeconds: 60 },
};

/** What happens when the store of the counters is away: guessing must stay bounded, reading must stay possible. */
const whenStoreIsAway: Readonly<Record<PolicyName, 'open' | 'closed'>> = {
  default: 'open',
  read: 'open',
  write: 'open',
  credential: 'closed',
  otp: 'closed',
  upload: 'open',
  webhook: 'open',
  address: 'open',
  everyone: 'open',
};

/** Makes the counter of one policy; rate-limit-stores.ts has one for memory, PostgreSQL and Redis. */
export type CounterFactory = (options: { name: string; points: number; duration: number }) => Counter;

/**
 * Counts requests under a key. At once where the counts are this process's own: a promise costs more than counting. A
 * counter that cannot count throws or rejects.
 */
export interface Counter {
  consume(key: string, points: number): Count | Promise<Count>;
}

/** A key's window after counting. */
export interface Count {
  /** Below zero: one too many. */
  readonly remaining: number;
  readonly millisecondsLeft: number;
}

export interface RateLimit {
  /**
   * Counts against the caller's address and against everyone, before anything is known of the request.
   * @returns the refusal (429), to be thrown when its turn in the order of judgement comes; null when there is room.
   */
  admit(exchange: Exchange): Awaitable<RateLimited | null>;
  /**
   * Counts against the operation's class, for the principal or else the address, and adds the RateLimit headers.
   * @throws Problem 429; 503 when the store is away and the class is closed then.
   */
  charge(exchange: Exchange, rateLimitClass: RateLimitClass): Awaitable<void>;
}

type Awaitable<T> = T | Promise<T>;

export interface RateLimitOptions {
  readonly counters: CounterFactory;
  /** Multiplies every quota: load tests and benchmarks come from one address. Default 1. */
  readonly factor: number;
  readonly log: Logger;
  /** Called for each refusal, with the operation and the policy's name. */
  readonly onRefusal: (operation: string, policy: string) => void;
}

interface Policy extends Quota {
  readonly name: PolicyName;
  readonly counter: Counter;
  /** Constant text of RateLimit-Policy. */
  readonly header: string;
}

// The counter of everyone is one row or key for all processes: each takes 100 at a time.
const leaseSize = 100;

export function createRateLimit({ counters, factor, log, onRefusal }: RateLimitOptions): RateLimit {
  const policy = (name: PolicyName): Policy => {
    const { windowSeconds } = quotas[name];
    const quota = Math.max(1, Math.round(quotas[name].quota * factor));
    const counter = counters({ name, points: quota, duration: windowSeconds });
    return { name, quota, windowSeconds, counter, header: `"${name}";q=${quota};w=${windowSeconds}` };
  };
  const classes: Readonly<Record<LimitedClass, Policy>> = {
    default: policy('default'),
    read: policy('read'),
    write: policy('write'),
    credential: policy('credential'),
    otp: policy('otp'),
    upload: policy('upload'),
    webhook: policy('webhook'),
  };
  const address = policy('address');
  const everyone = policy('everyone');
  let lease = 0;

  function count(exchange: Exchange, of: Policy, key: string, points: number): Awaitable<RateLimited | null> {
    try {
      const counted = of.counter.consume(key, points);
      if (!(counted instanceof Promise)) return judge(exchange, of, counted);
      return counted.then(
        (state) => judge(exchange, of, state),
        (error: unknown) => storeIsAway(of, error),
      );
    } catch (error) {
      return storeIsAway(of, error);
    }
  }

  /** The policy that was counted last is the one in force: the class, or for early refusals the address. */
  function judge(exchange: Exchange, of: Policy, { remaining, millisecondsLeft }: Count): RateLimited | null {
    const { headers } = exchange;
    // Rounded up: a client that waits this long never comes too early.
    const seconds = Math.max(1, Math.ceil(millisecondsLeft / 1_000));
    headers['RateLimit-Policy'] = of.header;
    headers['RateLimit'] = `"${of.name}";r=${Math.max(0, remaining)};t=${seconds}`;
    if (remaining >= 0) return null;
    onRefusal(exchange.operation ?? noOperation, of.name);
    return new RateLimited([of.name], seconds);
  }

  function storeIsAway(of: Policy, error: unknown): null {
    log.error({ error, policy: of.name, rule: whenStoreIsAway[of.name] }, 'rate-limit store is away');
    if (whenStoreIsAway[of.name] === 'open') return null;
    throw unavailable(5, { detail: 'Requests of this kind cannot be counted now.', cause: error });
  }

  return {
    admit(exchange) {
      if (lease > 0) {
        lease -= 1;
        return count(exchange, address, addressKey(exchange.ip), 1);
      }
      return leaseAndAdmit(exchange);
    },
    charge(exchange, rateLimitClass) {
      if (rateLimitClass === 'internal') return;
      const { principal } = exchange;
      const key = principal === null ? addressKey(exchange.ip) : callerId(principal);
      const refusal = count(exchange, classes[rateLimitClass], key, 1);
      if (refusal instanceof Promise) return refusal.then(throwIfRefused);
      throwIfRefused(refusal);
    },
  };

  async function leaseAndAdmit(exchange: Exchange): Promise<RateLimited | null> {
    const refusal = await count(exchange, everyone, 'everyone', leaseSize);
    if (refusal !== null) return refusal;
    lease += leaseSize - 1;
    return count(exchange, address, addressKey(exchange.ip), 1);
  }
}

function throwIfRefused(refusal: RateLimited | null): void {
  if (refusal !== null) throw refusal;
}
