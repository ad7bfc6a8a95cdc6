import { LRUCache } from 'lru-cache';
import type { Listen } from '../../../database/listen.ts';
import type { Database } from '../../../database/transaction.ts';
import type { FlagSource, FlagSubject } from '../../../ports/feature-flags.ts';
import type { Logger } from '../../../telemetry/logs.ts';
import { decideFlag } from './decide-flag.ts';
import { insertExposure } from './exposure-store.ts';
import { FLAGS_CHANGED_CHANNEL, readAllFlags } from './flag-store.ts';
import type { Flag } from './flag.ts';

export interface FlagSourceDependencies {
  readonly database: Database;
  readonly listen: Listen;
  readonly log: Logger;
}

/** All flags as this process knows them, in memory. */
export interface LocalFlags extends FlagSource {
  /** Everything a caller may ask for, decided for them. */
  decideAll(subject: FlagSubject): readonly { readonly key: string; readonly variant: string }[];
  /** Reads the flags and begins to hear of changes. Before it there are none. */
  start(): Promise<void>;
  close(): void;
}

/** Milliseconds between looks without having heard of a change: the longest that one can be missed. */
const CATCH_UP = 30_000;
/** Exposures of which this process knows that they are kept. */
const KNOWN_EXPOSURES = 50_000;

/**
 * The flags of this process: read at the start, and again whenever the table says that one changed. A change takes effect
 * everywhere within a second of its commit; within 30 where the connection that listens is away. When the database is away,
 * what was known stays.
 */
export function createFlagSource({ database, listen, log }: FlagSourceDependencies): LocalFlags {
  const exposed = new LRUCache<string, true>({ max: KNOWN_EXPOSURES });
  let flags: ReadonlyMap<string, Flag> = new Map();
  let reading: Promise<void> | undefined;
  /** Changes that this process has heard of. */
  let heard = 0;
  let timer: NodeJS.Timeout | undefined;

  async function read(): Promise<void> {
    // What is heard of while a read is under way may not be in it.
    for (let seen = -1; seen !== heard;) {
      seen = heard;
      flags = new Map((await readAllFlags(database)).map((flag) => [flag.key, flag]));
    }
  }
  function load(): Promise<void> {
    heard += 1;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }
  function catchUp(): void {
    load().catch((error: unknown) => log.warn({ error }, 'Feature flags could not be read; the known ones stay'));
  }

  return {
    decide(key, subject) {
      const flag = flags.get(key);
      return flag === undefined ? undefined : decideFlag(flag, subject);
    },
    decideAll: (subject) =>
      [...flags.values()].map((flag) => ({ key: flag.key, variant: decideFlag(flag, subject).variant })),
    async expose(key, { userId }, { variant, reason }) {
      if (userId === null || (reason !== 'rule' && reason !== 'share')) return;
      const known = `${key} ${variant} ${userId}`;
      if (flags.get(key)?.recordsExposures !== true || exposed.has(known)) return;
      try {
        await insertExposure(database, { key, userId, variant });
        exposed.set(known, true);
      } catch (error) {
        log.warn({ error, flag: key }, 'An exposure was not kept; the next one of its kind is');
      }
    },
    async start() {
      await listen(FLAGS_CHANGED_CHANNEL, { hear: catchUp, resumed: catchUp });
      await load();
      timer = setInterval(catchUp, CATCH_UP).unref();
    },
    close() {
      clearInterval(timer);
    },
  };
}
