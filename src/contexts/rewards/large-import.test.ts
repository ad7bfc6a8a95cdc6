import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '../../shared/id.ts';
import { captureCoins } from './capture-coins.ts';
import { createRewardsFixture, fileOf, range, shuffled } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';

const LINES = 50_000;
const MEMBERS = 48_000;
const SPENDERS = 200;
let fixture: RewardsFixture;
let spenders: readonly string[];

beforeAll(async () => {
  fixture = await createRewardsFixture();
  const members: string[] = [];
  for (let from = 0; from < MEMBERS; from += 12_000) members.push(...(await fixture.createMembers(12_000, from)));
  spenders = members.filter((_, index) => index % (MEMBERS / SPENDERS) === 0);
  const purse = await fixture.createCampaign({ coins: 1_000 });
  await fixture.credit(purse, fileOf(range(0, SPENDERS).map((n) => (n * MEMBERS) / SPENDERS)));
}, 60_000);
afterAll(() => fixture.close());

/** Takes one coin from a wallet every 5 ms until `done`. @returns the 99th percentile of what that took, in milliseconds */
async function captureUntil(done: AbortSignal): Promise<number> {
  const latencies: number[] = [];
  const running: Promise<void>[] = [];
  for (let n = 0; !done.aborted; n += 1) {
    const userId = spenders[n % SPENDERS] ?? '';
    const began = performance.now();
    running.push(
      fixture.test.database
        .transaction((tx) => captureCoins(tx, { userId, amount: 1, reference: newId() }))
        .then((outcome) => {
          expect(outcome).toBe('captured');
          latencies.push(performance.now() - began);
        }),
    );
    await pause(5);
  }
  await Promise.all(running);
  return latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? 0;
}

it('credits 50,000 lines within a window while wallets stay usable', async () => {
  const idle = await captureUntil(AbortSignal.timeout(1_500));

  const campaign = await fixture.createCampaign();
  const finished = new AbortController();
  const capturing = captureUntil(finished.signal);
  const began = performance.now();
  const found = await fixture.credit(campaign, `phone\n${fileOf(shuffled(range(0, LINES), 5))}`);
  const took = performance.now() - began;
  finished.abort();
  const busy = await capturing;

  expect(found).toMatchObject({ status: 'finished', credited: MEMBERS, pending: LINES - MEMBERS, duplicate: 0 });
  expect(await fixture.messages(found.id)).toBe(MEMBERS);
  expect(await fixture.differences()).toEqual([]);
  expect(took).toBeLessThan(300_000);
  // 100 ms is the promise; a machine that is slow already when idle is judged by its own measure.
  expect(busy).toBeLessThanOrEqual(Math.max(100, idle * 5));
}, 300_000);
