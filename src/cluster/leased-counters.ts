import type { CounterStore } from '../http/rate-limit-stores.ts';
import type { Count } from '../http/rate-limit.ts';
import type { Grant, Settlement, Want } from './messages.ts';

/** Sends a batch to the supervisor. */
export type AskForPoints = (wants: readonly Want[], settlements: readonly Settlement[]) => Promise<readonly Grant[]>;

interface Waiting {
  readonly points: number;
  readonly resolve: (state: Count) => void;
  readonly reject: (reason: unknown) => void;
}

/** What this process knows of one key. */
interface Lease {
  readonly key: string;
  readonly quota: number;
  readonly windowSeconds: number;
  /** Points that requests may still take here without asking. */
  left: number;
  /** Of those, how many to settle. */
  ahead: number;
  window: number;
  remaining: number;
  endsAt: number;
  /** Refuse without asking until then. */
  spentUntil: number;
  /** Points taken in this tick and in the one before. */
  usedNow: number;
  usedBefore: number;
  /** Messages about it that are under way. */
  asked: number;
  readonly waiting: Waiting[];
}

/** Milliseconds that points given ahead may lie here unused. */
const tick = 100;

/** Points per tick from which on asking ahead is worth it. */
const busy = 20;

/**
 * Counts for several processes as if they were one: the points are the supervisor's. What arrives in one turn of the event
 * loop is asked for in one message, and a busy key gets points for a tenth of a second ahead, so that a message is rare
 * exactly where requests are many. The sum of all processes never exceeds the quota; near its end another process may hold
 * unused points for at most that tenth of a second.
 */
export function leasedCounters(ask: AskForPoints): CounterStore {
  const leases = new Map<string, Lease>();
  let asking = false;

  function take(lease: Lease, points: number): Count {
    lease.left -= points;
    lease.usedNow += points;
    return { remaining: lease.remaining + lease.left, millisecondsLeft: lease.endsAt - performance.now() };
  }

  function refusal(lease: Lease): Count {
    return { remaining: -1, millisecondsLeft: Math.max(lease.endsAt, lease.spentUntil) - performance.now() };
  }

  function wait(lease: Lease, waiting: Waiting): void {
    lease.waiting.push(waiting);
    if (asking) return;
    asking = true;
    setImmediate(() => void flush());
  }

  async function flush(): Promise<void> {
    asking = false;
    const asked = [...leases.values()].filter(({ waiting }) => waiting.length > 0);
    const batches = asked.map((lease) => lease.waiting.splice(0));
    const wants = asked.map((lease, at) => ({
      key: lease.key,
      quota: lease.quota,
      windowSeconds: lease.windowSeconds,
      points: (batches[at] ?? []).reduce((sum, { points }) => sum + points, 0),
      ahead: expected(lease),
    }));
    for (const lease of asked) lease.asked += 1;
    try {
      const grants = await ask(wants, asked.flatMap(settlementOf));
      asked.forEach((lease, at) => {
        const grant = grants[at];
        if (grant !== undefined) receive(lease, grant, batches[at] ?? []);
      });
    } catch (error) {
      for (const { reject } of batches.flat()) reject(error);
    } finally {
      for (const lease of asked) lease.asked -= 1;
    }
  }

  function receive(lease: Lease, grant: Grant, batch: readonly Waiting[]): void {
    // Another message may have brought points in the meantime.
    if (lease.window !== grant.window) Object.assign(lease, { left: 0, ahead: 0, window: grant.window });
    lease.left += grant.granted;
    lease.ahead += grant.ahead;
    lease.remaining = grant.remaining;
    lease.endsAt = performance.now() + grant.millisecondsLeft;
    if (grant.final) lease.spentUntil = lease.endsAt;
    for (const { points, resolve } of batch) {
      resolve(points <= lease.left ? take(lease, points) : refusal(lease));
    }
  }

  const timer = setInterval(() => {
    const settlements: Settlement[] = [];
    for (const lease of leases.values()) {
      settlements.push(...settlementOf(lease));
      lease.usedBefore = lease.usedNow;
      lease.usedNow = 0;
      const idle = lease.usedBefore + lease.asked + lease.waiting.length === 0 && lease.spentUntil < performance.now();
      if (idle) leases.delete(lease.key);
    }
    // A supervisor that is gone takes this process with it.
    if (settlements.length > 0) ask([], settlements).catch(() => undefined);
  }, tick).unref();

  return {
    counters: ({ name, points: quota, duration: windowSeconds }) => ({
      consume: (caller, points) => {
        const key = `${name}:${caller}`;
        const now = performance.now();
        let lease = leases.get(key);
        if (lease === undefined) {
          lease = newLease({ key, quota, windowSeconds });
          leases.set(key, lease);
        }
        if (points <= lease.left && now < lease.endsAt) return take(lease, points);
        if (now < lease.spentUntil) return refusal(lease);
        const { promise, resolve, reject } = Promise.withResolvers<Count>();
        wait(lease, { points, resolve, reject });
        return promise;
      },
    }),
    ready: async () => {},
    close: async () => clearInterval(timer),
  };
}

function newLease(of: Pick<Lease, 'key' | 'quota' | 'windowSeconds'>): Lease {
  return {
    ...of,
    left: 0,
    ahead: 0,
    window: 0,
    remaining: 0,
    endsAt: 0,
    spentUntil: 0,
    usedNow: 0,
    usedBefore: 0,
    asked: 0,
    waiting: [],
  };
}

/** As much as in the last tick, or in this one if it is more already; nothing for a quiet key. */
function expected({ usedNow, usedBefore }: Lease): number {
  const used = Math.max(usedNow, usedBefore);
  return used >= busy ? used : 0;
}

/** Gives back what was given ahead and not used. */
function settlementOf(lease: Lease): Settlement[] {
  if (lease.ahead === 0) return [];
  const settlement = { key: lease.key, window: lease.window, ahead: lease.ahead, unused: lease.left };
  lease.left = 0;
  lease.ahead = 0;
  return [settlement];
}
