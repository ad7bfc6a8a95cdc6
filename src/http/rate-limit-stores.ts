import { once } from 'node:events';
import { Redis } from 'ioredis';
import { RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Database } from '../database/transaction.ts';
import { memoryCounter } from './memory-counter.ts';
import type { Count, Counter, CounterFactory } from './rate-limit.ts';

/** Where counters live, and what releases it. */
export interface CounterStore {
  readonly counters: CounterFactory;
  /** Resolves once it can count. Nobody need wait: until then the rule for an absent store holds. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** For a single process. */
export function memoryCounters(): CounterStore {
  return {
    counters: ({ points, duration }) => memoryCounter(points, duration),
    ready: async () => {},
    close: async () => {},
  };
}

/** For several processes without Redis: one upsert per count, in an unlogged table. */
export function postgresCounters(database: Database): CounterStore {
  // The library speaks to a `pg` pool; this hands its statements to ours, which is bound to the application's role.
  const storeClient = {
    query: async ({ name, text, values }: { name: string; text: string; values: readonly unknown[] }) => {
      const rows = await database.query({ name, text }, values);
      return { rows, rowCount: rows.length };
    },
  };
  return {
    counters: ({ name, points, duration }) =>
      fromLibrary(
        new RateLimiterPostgres({
          storeClient,
          storeType: 'pool',
          schemaName: 'platform',
          tableName: 'rate_limits',
          tableCreated: true,
          clearExpiredByTimeout: false,
          keyPrefix: name,
          points,
          duration,
          // A key that is over its quota is refused from memory for the rest of its window.
          inMemoryBlockOnConsumed: points + 1,
        }),
      ),
    ready: async () => {},
    close: async () => {},
  };
}

/** For several processes. A Redis that is away is noticed at once instead of queueing requests behind it. */
export function redisCounters(url: string, onError: (error: Error) => void): CounterStore {
  const storeClient = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 2_000,
    commandTimeout: 500,
    disconnectTimeout: 200,
  });
  storeClient.on('error', onError);
  return {
    counters: ({ name, points, duration }) =>
      fromLibrary(
        new RateLimiterRedis({
          storeClient,
          keyPrefix: `portico:limit:${name}`,
          points,
          duration,
          rejectIfRedisNotReady: true,
          inMemoryBlockOnConsumed: points + 1,
        }),
      ),
    async ready() {
      if (storeClient.status !== 'ready') await once(storeClient, 'ready');
    },
    close: async () => storeClient.disconnect(),
  };
}

/** The library rejects with the state when the quota is used up, and with an error when it cannot count. */
export function fromLibrary(limiter: Pick<RateLimiterAbstract, 'consume'>): Counter {
  return {
    async consume(key, points): Promise<Count> {
      try {
        const { remainingPoints, msBeforeNext } = await limiter.consume(key, points);
        return { remaining: remainingPoints, millisecondsLeft: msBeforeNext };
      } catch (reason) {
        if (reason instanceof RateLimiterRes) return { remaining: -1, millisecondsLeft: reason.msBeforeNext };
        throw reason;
      }
    },
  };
}
