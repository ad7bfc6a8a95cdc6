const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Waits before a provider is asked what became of a call whose answer is not known: soon while the buyer still looks at the
 * page, then 1 min, 5 min, 1 h and daily five times. Then a person must look.
 */
const waits = [10_000, 20_000, minute, 5 * minute, hour, day, day, day, day, day] as const;

/** When to ask for the `checks + 1`st time; null when it has been asked for the last time. */
export function nextCheckAt(checks: number, now: Date): Date | null {
  const wait = waits[checks];
  return wait === undefined ? null : new Date(now.getTime() + wait);
}
