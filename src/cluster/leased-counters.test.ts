import { afterEach, describe, expect, test } from '@jest/globals';
import type { CounterStore } from '../http/rate-limit-stores.ts';
import type { Count } from '../http/rate-limit.ts';
import { until } from '../testing/until.ts';
import { leasedCounters } from './leased-counters.ts';
import type { AskForPoints } from './leased-counters.ts';
import { createSharedCounters } from './shared-counters.ts';
import type { SharedCounters } from './shared-counters.ts';

const open: { close(): unknown }[] = [];

afterEach(() => {
  for (const opened of open.splice(0)) opened.close();
});

interface Process {
  readonly store: CounterStore;
  readonly asked: () => number;
}

/** Processes with a supervisor that answers each message a moment later, as a channel does. */
function start(processes: number): { readonly shared: SharedCounters; readonly processes: readonly Process[] } {
  const shared = createSharedCounters(processes);
  open.push(shared);
  return {
    shared,
    processes: Array.from({ length: processes }, () => {
      let asked = 0;
      const ask: AskForPoints = async (wants, settlements) => {
        asked += wants.length > 0 ? 1 : 0;
        await new Promise(setImmediate);
        return shared.count(wants, settlements);
      };
      const store = leasedCounters(ask);
      open.push(store);
      return { store, asked: () => asked };
    }),
  };
}

const policy = { name: 'write', points: 10, duration: 60 };

/** Whether there was room, and the state told. */
async function consume(store: CounterStore, options = policy): Promise<{ ok: boolean; state: Count }> {
  const state = await store.counters(options).consume('somebody', 1);
  return { ok: state.remaining >= 0, state };
}

describe('counters of several processes', () => {
  test('let exactly the quota through, whoever asks', async () => {
    const { processes } = start(3);
    const seen = await Promise.all(Array.from({ length: 60 }, (_, n) => consume((processes[n % 3] as Process).store)));
    expect(seen.filter(({ ok }) => ok)).toHaveLength(10);
    for (const { state } of seen.filter(({ ok }) => !ok)) {
      expect(state.remaining).toBeLessThan(0);
      expect(state.millisecondsLeft).toBeGreaterThan(50_000);
    }
  });

  test('tell what is left of the sum', async () => {
    const [a, b] = start(2).processes as [Process, Process];
    const left: number[] = [];
    for (const { store } of [a, b, a, a, b]) left.push((await consume(store)).state.remaining);
    expect(left).toEqual([9, 8, 7, 6, 5]);
  });

  test('ask once for all that arrives together, and no more once the quota is spent', async () => {
    const [a] = start(2).processes as [Process];
    await Promise.all(Array.from({ length: 30 }, () => consume(a.store)));
    expect(a.asked()).toBe(1);
    expect((await consume(a.store)).ok).toBe(false);
    expect(a.asked()).toBe(1);
  });

  test('ask seldom for a busy key, and give back what they did not use', async () => {
    const wide = { ...policy, points: 100_000 };
    const { processes, shared } = start(2);
    const [a, b] = processes as [Process, Process];
    let taken = 0;
    const began = performance.now();
    while (performance.now() - began < 500) {
      for (let n = 0; n < 50; n += 1, taken += 1) expect((await consume(a.store, wide)).ok).toBe(true);
      await new Promise(setImmediate);
    }
    expect(a.asked()).toBeLessThan(taken / 20);
    // What was given ahead comes back: in the end the sum knows of what was taken and nothing else.
    const want = { key: 'write:somebody', quota: 100_000, windowSeconds: 60, points: 0, ahead: 0 };
    await until(() => shared.count([want], [])[0]?.remaining === 100_000 - taken);
    expect((await consume(b.store, wide)).state.remaining).toBe(100_000 - taken - 1);
  });

  test('never give more than the quota to busy processes, and all of it in the end', async () => {
    const busy = { ...policy, points: 3_000 };
    const { processes } = start(2);
    let granted = 0;
    const drain = async ({ store }: Process): Promise<void> => {
      for (let refused = 0; refused < 5;) {
        const seen = await Promise.all(Array.from({ length: 40 }, () => consume(store, busy)));
        const through = seen.filter(({ ok }) => ok).length;
        granted += through;
        expect(granted).toBeLessThanOrEqual(3_000);
        refused += through === 0 ? 1 : 0;
      }
    };
    await Promise.all(processes.map(drain));
    const [a] = processes as [Process];
    await until(async () => {
      const { ok } = await consume(a.store, busy);
      granted += ok ? 1 : 0;
      return granted === 3_000;
    });
    expect((await consume(a.store, busy)).ok).toBe(false);
  });

  test('begin anew with the next window', async () => {
    const short = { ...policy, points: 2, duration: 0.05 };
    const [a, b] = start(2).processes as [Process, Process];
    expect([(await consume(a.store, short)).ok, (await consume(b.store, short)).ok]).toEqual([true, true]);
    expect((await consume(a.store, short)).ok).toBe(false);
    await until(async () => (await consume(a.store, short)).ok);
    expect((await consume(b.store, short)).ok).toBe(true);
    expect((await consume(b.store, short)).ok).toBe(false);
  });

  test('say that nobody counts when the supervisor is gone', async () => {
    const store = leasedCounters(() => Promise.reject(new Error('gone')));
    open.push(store);
    await expect(consume(store)).rejects.toThrow('gone');
  });
});
