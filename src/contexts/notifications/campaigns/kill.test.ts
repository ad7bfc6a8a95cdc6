import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { statement } from '../../../database/transaction.ts';
import { until } from '../../../testing/until.ts';
import { createFakeSmsSender } from '../notifications.fixture.ts';
import { recoverMessages } from '../recover-messages.ts';
import { createCampaignScene } from './campaigns.fixture.ts';
import type { CampaignTestScene } from './campaigns.fixture.ts';
import { resumeCampaigns } from './resume-campaigns.ts';

const RECIPIENTS = 3_000;
const KILLS = 6;

const createProvider = statement(
  'test.create_provider',
  'create table public.provider_calls (reference text, address text)',
);
const readProvider = statement<{ recipients: number; sendings: number }>(
  'test.read_provider',
  'select count(distinct address) as recipients, count(distinct reference) as sendings from public.provider_calls',
);
const compare = statement<{ queued: number; messages: number; recipients: number }>(
  'test.compare_campaign',
  `select (select count(*) from notifications.campaign_recipients where campaign_id = $1 and state = 'queued') as queued,
     count(*) as messages, count(distinct user_id) as recipients from notifications.messages where group_id = $1`,
);

let scene: CampaignTestScene;
let child: ChildProcess | undefined;
beforeAll(async () => {
  scene = await createCampaignScene();
  await scene.test.owner.query(createProvider);
});
afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => scene.close());

async function startWorker(): Promise<ChildProcess> {
  const script = path.join(import.meta.dirname, 'campaign-process.fixture.ts');
  const worker = spawn(process.execPath, ['--no-warnings', script, scene.test.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = worker;
  await once(createInterface({ input: worker.stdout }), 'line');
  return worker;
}

/** Kills a worker at a random moment: while it chooses the audience, makes messages, or sends them. */
async function killAWorker(): Promise<void> {
  const worker = await startWorker();
  const end = performance.now() + Math.random() * 400;
  while (performance.now() < end) await new Promise(setImmediate);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

/** What the clock's jobs do within a minute or two: they end the leases of the dead, and put a fresh job beside a locked one. */
async function takeOver(): Promise<void> {
  // The workers live by the time of day.
  scene.clock.advance(Date.now() - scene.clock.now().getTime());
  await scene.endLeases();
  await recoverMessages(scene.dependencies({ senders: [createFakeSmsSender(undefined, { deduplicates: true })] }));
  await resumeCampaigns(scene);
}

test('a campaign whose workers are killed again and again writes to each recipient once', async () => {
  await scene.addRecipients(RECIPIENTS);
  const { id } = await scene.createCampaign(await scene.addTemplate());
  for (let kills = 0; kills < KILLS; kills += 1) {
    await killAWorker();
    // A chunk is there as a whole or not at all.
    const [found] = await scene.test.owner.query(compare, [id]);
    expect(found).toEqual({ queued: found?.messages, messages: found?.messages, recipients: found?.messages });
    await takeOver();
  }
  await startWorker();
  await until(async () => (await scene.campaign(id)).state === 'finished', 60_000);

  expect(await scene.campaign(id)).toMatchObject({ audience: RECIPIENTS, pending: 0, skipped: 0 });
  const [found] = await scene.test.owner.query(compare, [id]);
  expect(found).toEqual({ queued: RECIPIENTS, messages: RECIPIENTS, recipients: RECIPIENTS });
  expect(await scene.counts(id)).toMatchObject({ sent: RECIPIENTS });
  // However often it was asked, a provider that deduplicates sent once per reference.
  expect(await scene.test.owner.query(readProvider)).toEqual([{ recipients: RECIPIENTS, sendings: RECIPIENTS }]);
}, 120_000);
