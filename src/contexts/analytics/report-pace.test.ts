import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createReportPace, usualPace } from './report-pace.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A report of so many milliseconds. */
const lasting = (milliseconds: number) => () => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Ten clients who ask again and again for a while. @returns milliseconds of reports that ran, and at most at once */
async function tenClients(seconds: number, each: number): Promise<{ spent: number; atOnce: number }> {
  const pace = createReportPace({ ...usualPace, patience: 60_000 });
  const state = { spent: 0, running: 0, atOnce: 0, asking: true };
  const clients = Array.from({ length: 10 }, async () => {
    while (state.asking) {
      await pace(async () => {
        state.running += 1;
        state.atOnce = Math.max(state.atOnce, state.running);
        await lasting(each)();
        state.running -= 1;
        state.spent += each;
      });
    }
  });
  await jest.advanceTimersByTimeAsync(seconds * 1_000);
  state.asking = false;
  await jest.advanceTimersByTimeAsync(60_000);
  await Promise.all(clients);
  return state;
}

test('reports that come together take their share of the time, and what was saved', async () => {
  const { spent, atOnce } = await tenClients(60, 20);
  expect(atOnce).toBe(2);
  // A tenth of a minute and the savings; the last ones were asked for before the end.
  expect(spent).toBeGreaterThan(60_000 * 0.1);
  expect(spent).toBeLessThan(60_000 * 0.1 + 1_000 + 10 * 20 + 40);
});

test('they rest no longer than the longest rest, however long one took', async () => {
  const { spent } = await tenClients(60, 2_000);
  // Two seconds of work, one of rest.
  expect(spent).toBeGreaterThanOrEqual(36_000);
});

test('one that comes alone begins at once, however many came before', async () => {
  const pace = createReportPace(usualPace);
  const began = performance.now();
  const serial = (async () => {
    for (let n = 0; n < 100; n += 1) await pace(lasting(30));
    return performance.now();
  })();
  await jest.advanceTimersByTimeAsync(10_000);
  expect((await serial) - began).toBe(3_000);
});

test('one whose turn does not come is refused, and the others go on', async () => {
  const pace = createReportPace({ ...usualPace, patience: 500 });
  const long = [pace(lasting(2_000)), pace(lasting(2_000))];
  const late = pace(lasting(1));
  const refused = expect(late).rejects.toMatchObject({ code: 'unavailable' });
  await jest.advanceTimersByTimeAsync(500);
  await refused;
  await jest.advanceTimersByTimeAsync(2_000);
  await Promise.all(long);
  const next = pace(lasting(1));
  await jest.advanceTimersByTimeAsync(1);
  await next;
});

test('one that fails gives its turn to the next', async () => {
  const pace = createReportPace(usualPace);
  const failing = expect(pace(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const others = [pace(lasting(1)), pace(lasting(1))];
  await jest.advanceTimersByTimeAsync(100);
  await failing;
  await Promise.all(others);
});
