import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import type { Logger } from '../telemetry/logs.ts';

/** One condition of readiness. */
export interface Check {
  /** All that a stranger learns when it fails: `primary database`. */
  readonly name: string;
  /** Rejects when it fails; what it rejects with goes to the log alone. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface Health {
  /** @throws Problem 503 naming the first failed check, or the drain. */
  ready(): Promise<void>;
  /** @throws Problem 503 until `start` was called. */
  started(): void;
  /** Configuration is valid, migrations were seen, routes and validators are loaded. */
  start(): void;
}

export interface HealthOptions {
  readonly checks: readonly Check[];
  readonly draining: () => boolean;
  readonly timeoutMilliseconds: number;
  readonly log: Logger;
}

export function createHealth({ checks, draining, timeoutMilliseconds, log }: HealthOptions): Health {
  let running = false;
  return {
    async ready() {
      if (!running) throw notReady('starting');
      if (draining()) throw notReady('draining');
      const signal = AbortSignal.timeout(timeoutMilliseconds);
      await Promise.all(checks.map((check) => runCheck(check, signal, log)));
    },
    started() {
      if (!running) throw notReady('starting');
    },
    start() {
      running = true;
    },
  };
}

async function runCheck({ name, run }: Check, signal: AbortSignal, log: Logger): Promise<void> {
  const late = Promise.withResolvers<never>();
  const onLate = () => late.reject(new Error(`no answer in time`));
  signal.addEventListener('abort', onLate, { once: true });
  try {
    await Promise.race([run(signal), late.promise]);
  } catch (error) {
    log.warn({ error, check: name }, 'not ready');
    throw notReady(name);
  } finally {
    signal.removeEventListener('abort', onLate);
  }
}

function notReady(reason: string): Problem {
  return new Problem(platformProblems.unavailable, {
    detail: `Not ready: ${reason}.`,
    headers: { 'retry-after': '5' },
  });
}
