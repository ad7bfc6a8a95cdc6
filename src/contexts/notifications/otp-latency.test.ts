import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from '../../database/connect.ts';
import { startJobs } from '../../jobs/runner.ts';
import { newId } from '../../shared/id.ts';
import { createTestLog } from '../../testing/log.ts';
import { until } from '../../testing/until.ts';
import { createCampaignTasks } from './campaigns/campaign-tasks.ts';
import { createCampaignScene } from './campaigns/campaigns.fixture.ts';
import type { CampaignTestScene } from './campaigns/campaigns.fixture.ts';
import { accept, createFakeSmsSender } from './notifications.fixture.ts';
import { createNotificationTasks } from './tasks.ts';

const BULK = 50_000;
const CODES = 40;
/** Of these, how many messages about what people did are sent beside the codes. */
const COINS = 10;
/** Milliseconds from asking for a code to the call that sends it. Measured 60; the rest is for slow machines. */
const BOUND = 1_000;

let scene: CampaignTestScene;
beforeAll(async () => {
  scene = await createCampaignScene();
});
afterAll(() => scene.close());

test('codes and what people wait for leave at once while a campaign of 50,000 runs, and that runs on', async () => {
  const sentAt = new Map<string, number>();
  const sender = createFakeSmsSender(async (message) => {
    sentAt.set(message.text, performance.now());
    // A vendor's usual distance.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return accept(message);
  });
  const worker = scene.test.connect({ size: 8 });
  const jobs = connect({ url: scene.test.url, name: 'jobs', size: 6, statementTimeout: 30_000 });
  await scene.addRecipients(BULK);
  const campaign = await scene.createCampaign(await scene.addTemplate());
  const runner = await startJobs({
    pool: jobs.pool,
    bindings: [
      ...createNotificationTasks(scene.dependencies({ senders: [sender], database: worker })),
      ...createCampaignTasks(scene.campaignDependencies(worker)),
    ],
    schedule: [],
    concurrency: 4,
    database: worker,
    log: createTestLog().log,
  });
  try {
    await until(() => sender.calls.length > 500);
    const latencies: number[] = [];
    for (let code = 0; code < CODES; code += 1) {
      const text = newId();
      const asked = performance.now();
      await scene.queue([{ class: 'otp', text, deadline: new Date(Date.now() + 120_000) }]);
      await until(() => sentAt.has(text));
      latencies.push((sentAt.get(text) ?? Infinity) - asked);
    }
    // Marketing gives way to them batch by batch: they wait for what is in flight, not for what is queued.
    for (let coin = 0; coin < COINS; coin += 1) {
      const text = newId();
      const asked = performance.now();
      await scene.queue([{ class: 'transactional', text }]);
      await until(() => sentAt.has(text));
      expect((sentAt.get(text) ?? Infinity) - asked).toBeLessThan(5 * BOUND);
    }
    latencies.sort((a, b) => a - b);
    expect(latencies[Math.floor(CODES * 0.95)]).toBeLessThan(BOUND);
    const { queued, sent } = await scene.counts();
    expect(queued).toBeGreaterThan(0);
    expect(sent).toBeGreaterThan(CODES);
    expect(await scene.campaign(campaign.id)).toMatchObject({ state: 'running', audience: BULK });
  } finally {
    await runner.stop();
    await jobs.close();
  }
}, 120_000);
