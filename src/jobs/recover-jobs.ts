import type { Pool } from 'pg';
import type { Logger } from '../telemetry/logs.ts';
import type { OwnWork } from './queue-locks.ts';
import { buryExhaustedJobs, unlockLostJobs } from './queue-locks.ts';

export interface Recovery {
  /** Ends the looking; resolves when no look is under way. */
  end(): Promise<void>;
}

export interface RecoveryOptions {
  readonly pool: Pool;
  readonly log: Logger;
  /** Read at each look. */
  readonly own: () => OwnWork;
  /** Milliseconds between two looks. Default 15,000. */
  readonly interval?: number;
  /** Seconds a job must have been taken for before it can count as lost. Default 10. */
  readonly age?: number;
}

/**
 * Looks now and then every few seconds for jobs that a dead process left behind, and frees them. Every process with
 * workers looks, so one that lives is enough; a restarted one begins with what its predecessor left.
 */
export function startRecovery({ pool, log, own, interval = 15_000, age = 10 }: RecoveryOptions): Recovery {
  let look = recoverJobs(pool, log, own(), age);
  const timer = setInterval(() => {
    look = look.then(() => recoverJobs(pool, log, own(), age));
  }, interval).unref();
  return {
    async end() {
      clearInterval(timer);
      await look;
    },
  };
}

/** One look. Fails silently but for a log line: the next one makes up for it. */
async function recoverJobs(pool: Pool, log: Logger, own: OwnWork, age: number): Promise<void> {
  try {
    const freed = await unlockLostJobs(pool, own, age);
    if (freed > 0) log.warn({ freed }, 'jobs that a dead worker left behind are free again');
    const buried = await buryExhaustedJobs(pool);
    if (buried > 0) log.error({ buried }, 'jobs whose last attempt ended unseen are now dead letters');
  } catch (error) {
    log.warn({ error }, 'could not look for jobs left behind');
  }
}
