import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { COINS, createRewardsFixture, fileOf, range } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';
import { resumeStalledImports } from './resume-stalled-imports.ts';

const LINES = 30_000;
let fixture: RewardsFixture;
let child: ChildProcess | undefined;

beforeAll(async () => {
  fixture = await createRewardsFixture();
  for (let from = 0; from < LINES; from += 10_000) await fixture.createMembers(10_000, from);
}, 60_000);
afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => fixture.close());

/** Starts a worker and kills it at a random moment after its first chunk. */
async function killAWorker(): Promise<void> {
  const script = path.join(import.meta.dirname, 'crediting-process.fixture.ts');
  const worker = spawn(process.execPath, ['--no-warnings', script, fixture.test.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = worker;
  await new Promise<void>((resolve) => {
    createInterface({ input: worker.stdout }).on('line', (line) => {
      if (line === 'chunk') resolve();
    });
  });
  const until = performance.now() + Math.random() * 80;
  while (performance.now() < until) await new Promise(setImmediate);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

it('loses and doubles nothing when its worker is killed again and again', async () => {
  const campaign = await fixture.createCampaign();
  const importId = await fixture.upload(campaign, fileOf(range(0, LINES)));
  for (let kills = 0; kills < 20; kills += 1) {
    await killAWorker();
    expect(await fixture.differences()).toEqual([]);
    const found = await fixture.find(importId);
    const [{ count } = { count: 0 }] = await fixture.sql<{ count: number }>(
      `select count(*) as count from rewards.bonus_grants where import_id = $1`,
      [importId],
    );
    expect(found.credited).toBe(count);
    if (found.status === 'finished') break;
    // The killed process holds its job for hours; the minute's sweep wakes the import again without it.
    await fixture.sql(`update rewards.bonus_imports set progressed_at = $1`, [
      new Date(fixture.dependencies.clock.now().getTime() - 21_000),
    ]);
    await resumeStalledImports(fixture.dependencies);
  }
  await fixture.runJobs();
  expect(await fixture.find(importId)).toMatchObject({ status: 'finished', credited: LINES, duplicate: 0 });
  const [pool] = await fixture.sql<{ balance: number }>('select balance from rewards.accounts where id = $1', [
    campaign.id,
  ]);
  expect(pool?.balance).toBe(-LINES * COINS);
  expect(await fixture.messages(importId)).toBe(LINES);
  expect(await fixture.differences()).toEqual([]);
}, 300_000);
