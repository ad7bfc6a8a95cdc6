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

/**
 * Takes one coin from a wallet every 5 ms until `done`, never from more than eight at once: a slow machine gets fewer, not a
 * queue. @returns how long each took, in milliseconds
 */
async function captureUntil(done: AbortSignal): Promise<readonly number[]> {
  const latencies: number[] = [];
  const running = new Set<Promise<void>>();
  const capture = async (userId: string): Promise<void> => {
    const began = performance.now();
    const outcome = await fixture.test.database.transaction((tx) =>
      captureCoins(tx, { userId, amount: 1, reference: newId() }),
    );
    expect(outcome).toBe('captured');
    latencies.push(performance.now() - began);
  };
  for (let n = 0; !done.aborted; n += 1) {
    const capturing = capture(spenders[n % SPENDERS] ?? '').finally(() => running.delete(capturing));
    running.add(capturing);
    await (running.size < 8 ? pause(5) : Promise.race(running));
  }
  await Promise.all(running);
  return latencies;
}

it('credits 50,000 lines while wallets stay usable', async () => {
  const campaign = await fixture.createCampaign();
  const finished = new AbortController();
  const capturing = captureUntil(finished.signal);
  const began = performance.now();
  const found = await fixture.credit(campaign, `phone\n${fileOf(shuffled(range(0, LINES), 5))}`);
  const took = performance.now() - began;
  finished.abort();
  const latencies = await capturing;

  expect(found).toMatchObject({ status: 'finished', credited: MEMBERS, pending: LINES - MEMBERS, duplicate: 0 });
  expect(await fixture.messages(found.id)).toBe(MEMBERS);
  expect(await fixture.differences()).toEqual([]);
  // How fast is `npm run bench:bulk`; here: nobody waits for the file, only for the chunk that holds the wallet.
  expect(latencies.length).toBeGreaterThan(SPENDERS);
  expect(Math.max(...latencies)).toBeLessThan(took / 4);
}, 300_000);
