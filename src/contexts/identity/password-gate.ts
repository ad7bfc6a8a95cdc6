import { availableParallelism } from 'node:os';
import { unavailable } from '../../shared/platform-problems.ts';

/** Lets a bounded number of slow hashes run at once, lets a few wait, and turns the rest away. */
export interface PasswordGate {
  /**
   * Runs `work` when a place is free, first come first served.
   *
   * @throws Problem 503 `unavailable` with Retry-After when the queue is full; `signal.reason` when the caller goes away
   * while waiting.
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface PasswordGateOptions {
  /** Hashes at once. Default: one per core, but never all four threads of libuv's pool: files and DNS need one. */
  readonly concurrency?: number;
  /** How many may wait. Default: four per place, which at cost 12 is about a second. */
  readonly queue?: number;
}

export function createPasswordGate(options: PasswordGateOptions = {}): PasswordGate {
  const concurrency = options.concurrency ?? Math.min(availableParallelism(), 3);
  const queueLimit = options.queue ?? concurrency * 4;
  const waiting = new Set<() => void>();
  let running = 0;
  /** Milliseconds one hash takes, smoothed: what Retry-After is computed from. */
  let usual = 250;

  function admit(): void {
    const [next] = waiting;
    if (next === undefined || running >= concurrency) return;
    waiting.delete(next);
    next();
  }

  function place(signal: AbortSignal | undefined): Promise<void> {
    if (running < concurrency) {
      running += 1;
      return Promise.resolve();
    }
    if (waiting.size >= queueLimit) {
      const seconds = ((waiting.size / concurrency) * usual) / 1000;
      return Promise.reject(unavailable(seconds, { detail: 'Too many passwords are being checked at the moment.' }));
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(enter);
        reject(signal?.reason as Error);
      };
      const enter = (): void => {
        signal?.removeEventListener('abort', leave);
        running += 1;
        resolve();
      };
      waiting.add(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  return {
    async run(work, signal) {
      signal?.throwIfAborted();
      await place(signal);
      const begun = performance.now();
      try {
        return await work();
      } finally {
        usual += (performance.now() - begun - usual) / 8;
        running -= 1;
        admit();
      }
    },
  };
}
