import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { startPortico } from '../../../testing/portico.ts';
import type { TestPortico } from '../../../testing/portico.ts';
import { createBonusCampaign } from '../create-bonus-campaign.ts';
import { fileOf, range, STAFF } from '../rewards.fixture.ts';

const campaignId = newId();
let folder: string;
let portico: TestPortico;
let staff: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'portico-branches-'));
  portico = await startPortico({
    environment: { BONUS_SOURCES: `branches=${campaignId}@${folder},away=${newId()}@/nowhere` },
  });
  await portico.database.transaction((tx) =>
    createBonusCampaign(
      {
        tx,
        clock: { now: () => new Date(Date.now() - 3_600_000) },
        notifications: portico.portico.notifications,
      },
      {
        ...{ id: campaignId, name: 'Branches', coins: 5, periodPolicy: 'once', windowSeconds: 300 },
        ...{
          messageTemplate: 'You got {coins} coins.',
          smsTemplate: null,
          defaultRegion: 'IR',
          claimUntil: null,
          createdBy: STAFF,
        },
      },
    ),
  );
  staff = portico.tokenFor('staff');
});
afterAll(async () => {
  await portico.close();
  await rm(folder, { recursive: true });
});

async function get<Body>(path: string): Promise<Body> {
  return (await (await portico.request('GET', path, { token: staff })).json()) as Body;
}

it('imports a file of a folder when asked to look, and tells what became of it', async () => {
  const file = path.join(folder, 'numbers.csv');
  await writeFile(file, fileOf(range(0, 3)));
  const finished = new Date(Date.now() - 60_000);
  await utimes(file, finished, finished);
  const polls = '/api/v1/bonus-sources/branches/polls';
  const answer = await portico.request('POST', polls, { token: staff });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('location')).toBe(polls);
  await portico.request('POST', polls, { token: staff });
  await portico.runJobs();

  const { items } = await get<{ items: { importId: string }[] }>(polls);
  // Asked twice before anybody looked: looked once.
  expect(items).toMatchObject([
    {
      outcome: 'imported',
      file: 'numbers.csv',
      windowStart: new Date(Math.floor(finished.getTime() / 300_000) * 300_000).toISOString(),
    },
  ]);
  expect(await get(`/api/v1/bonus-imports/${items[0]?.importId ?? ''}`)).toMatchObject({
    campaignId,
    status: 'finished',
    counts: { pending: 3 },
  });
  const state = { name: 'branches', campaignId, kind: 'folder', location: path.basename(folder), failures: 0 };
  expect(await get('/api/v1/bonus-sources')).toMatchObject({
    sources: [
      { ...state, polledAt: expect.any(String) },
      { name: 'away', failures: 0 },
    ],
  });
  const metrics = await (await portico.request('GET', '/metrics')).text();
  expect(metrics).toContain('portico_bonus_source_polls_total{source="branches",outcome="imported"} 1');
});

it('knows configured sources only', async () => {
  for (const method of ['GET', 'POST']) {
    const answer = await portico.request(method, '/api/v1/bonus-sources/unheard-of/polls', { token: staff });
    expect(answer.status).toBe(404);
  }
});
