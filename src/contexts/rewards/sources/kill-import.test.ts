import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { COINS, createRewardsFixture, fileOf, range } from '../rewards.fixture.ts';
import type { RewardsFixture } from '../rewards.fixture.ts';
import { importBonusSource } from './import-bonus-source.ts';
import { oneFileSource } from './one-file-source.fixture.ts';

let fixture: RewardsFixture;
let folder: string;

beforeAll(async () => {
  fixture = await createRewardsFixture();
  await fixture.createMembers(50);
  folder = await mkdtemp(path.join(tmpdir(), 'portico-branches-'));
});
afterAll(async () => {
  await fixture.close();
  await rm(folder, { recursive: true });
});

const fileIn = (where: string): string => path.join(where, 'numbers.csv');

async function killAt(step: string, campaignId: string): Promise<void> {
  const script = path.join(import.meta.dirname, 'importing-process.fixture.ts');
  const child = spawn(process.execPath, ['--no-warnings', script, fixture.test.url, fileIn(folder), campaignId, step], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

it('imports a file once when its process is killed at every step, one after the other', async () => {
  const campaign = await fixture.createCampaign({ periodPolicy: 'once-per-window' });
  // The process to kill has a real clock.
  await fixture.sql(`update rewards.bonus_campaigns set created_at = '2020-01-01'`);
  await writeFile(fileIn(folder), fileOf(range(0, 50)));
  const stored = () =>
    fixture.sql<{ imports: number; files: number; polls: number }>(
      `select (select count(*) from rewards.bonus_imports) as imports, (select count(*) from rewards.bonus_source_files) as files,
         (select count(*) from rewards.bonus_source_polls where import_id is not null) as polls`,
    );
  for (const step of ['looking', 'reading', 'read']) {
    await killAt(step, campaign.id);
    expect(await stored()).toEqual([{ imports: 0, files: 0, polls: 0 }]);
  }
  for (const step of ['committed', 'done']) {
    await killAt(step, campaign.id);
    expect(await stored()).toEqual([{ imports: 1, files: 1, polls: 1 }]);
  }
  // Half an hour later: the window of the file counts, not that of the look.
  const source = oneFileSource(fileIn(folder));
  const dependencies = {
    ...fixture.dependencies,
    clock: { now: () => new Date(Date.now() + 1_800_000) },
    sources: [{ name: 'branches', campaignId: campaign.id, source }],
  };
  await importBonusSource(dependencies, { taken: 0 }, { source: 'branches' }, { signal: new AbortController().signal });
  await fixture.runJobs();
  expect(await stored()).toEqual([{ imports: 1, files: 1, polls: 1 }]);
  const [pool] = await fixture.sql<{ balance: number }>('select balance from rewards.accounts where id = $1', [
    campaign.id,
  ]);
  expect(pool?.balance).toBe(-50 * COINS);
  expect(await fixture.differences()).toEqual([]);
}, 60_000);
