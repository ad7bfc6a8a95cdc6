import type { Grant, Settlement, Want } from './messages.ts';

interface Window {
  readonly id: number;
  readonly endsAt: number;
  used: number;
  /** Given ahead and not settled yet. */
  ahead: number;
}

/** The rate-limit counters of all siblings, in the one place that all of them can ask. */
export interface SharedCounters {
  count(wants: readonly Want[], settlements: readonly Settlement[]): Grant[];
  /** Stops forgetting what is over. */
  close(): void;
}

/** Milliseconds between two sweeps of windows that have ended. */
const sweep = 10_000;

/**
 * Fixed windows, as the `memory` store of a single process has them. Never gives more than the quota. Points ahead come
 * from what is left over when everybody could still take as much, so that siblings seldom hold what another one needs.
 */
export function createSharedCounters(processes: number): SharedCounters {
  const windows = new Map<string, Window>();
  let nextId = 1;
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [key, { endsAt }] of windows) if (endsAt <= now) windows.delete(key);
  }, sweep).unref();

  function windowOf({ key, windowSeconds }: Want): Window {
    const now = performance.now();
    const current = windows.get(key);
    if (current !== undefined && current.endsAt > now) return current;
    const fresh = { id: nextId++, endsAt: now + windowSeconds * 1_000, used: 0, ahead: 0 };
    windows.set(key, fresh);
    return fresh;
  }

  function grant(want: Want): Grant {
    const window = windowOf(want);
    const room = want.quota - window.used;
    const due = Math.min(want.points, room);
    const ahead = Math.min(want.ahead, Math.floor((room - due) / (4 * processes)));
    window.used += due + ahead;
    window.ahead += ahead;
    return {
      granted: due + ahead,
      ahead,
      remaining: want.quota - window.used,
      millisecondsLeft: window.endsAt - performance.now(),
      window: window.id,
      final: window.used === want.quota && window.ahead === 0,
    };
  }

  function settle({ key, window: id, ahead, unused }: Settlement): void {
    const window = windows.get(key);
    if (window?.id !== id) return;
    window.ahead -= ahead;
    window.used -= unused;
  }

  return {
    count(wants, settlements) {
      settlements.forEach(settle);
      return wants.map(grant);
    },
    close: () => clearInterval(timer),
  };
}
