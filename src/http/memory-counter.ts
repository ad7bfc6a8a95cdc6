import type { Count, Counter } from './rate-limit.ts';

/** Counts at once. */
export interface MemoryCounter extends Counter {
  consume(key: string, points: number): Count;
  /** How many keys are remembered. */
  readonly keys: number;
}

interface Window {
  used: number;
  readonly endsAt: number;
}

/**
 * Counts in this process: a window per key, which begins with its first request. Without a promise or a timer per
 * key, unlike the library's counter.
 *
 * @param quota points per window
 * @param windowSeconds its length
 * @param now milliseconds that only go forward
 */
export function memoryCounter(
  quota: number,
  windowSeconds: number,
  now = (): number => performance.now(),
): MemoryCounter {
  // In order of their end: all windows are of one length, and a new one goes last.
  const windows = new Map<string, Window>();
  const open = (key: string, at: number): Window => {
    windows.delete(key);
    // Two for each new one, so that the ended ones go although nobody asks for them again.
    let looked = 0;
    for (const [old, { endsAt }] of windows) {
      if (endsAt > at || looked === 2) break;
      windows.delete(old);
      looked += 1;
    }
    const window = { used: 0, endsAt: at + windowSeconds * 1_000 };
    windows.set(key, window);
    return window;
  };
  return {
    get keys() {
      return windows.size;
    },
    consume(key, points) {
      const at = now();
      let window = windows.get(key);
      if (window === undefined || window.endsAt <= at) window = open(key, at);
      window.used += points;
      return { remaining: quota - window.used, millisecondsLeft: window.endsAt - at };
    },
  };
}
