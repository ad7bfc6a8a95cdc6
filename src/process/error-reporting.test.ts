import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startSentrySimulator } from '../../contract-tests/ports/simulators/sentry-simulator.ts';
import type { SentrySimulator } from '../../contract-tests/ports/simulators/sentry-simulator.ts';
import { statement } from '../database/transaction.ts';
import { enqueue } from '../jobs/enqueue.ts';
import { defineJob } from '../jobs/queue.ts';
import { startPortico } from '../testing/portico.ts';
import type { TestPortico } from '../testing/portico.ts';
import { until } from '../testing/until.ts';

let sentry: SentrySimulator;
let portico: TestPortico;

beforeAll(async () => {
  sentry = await startSentrySimulator();
  portico = await startPortico({ environment: { ERROR_TRACKER: 'sentry', SENTRY_DSN: sentry.dsn } });
});

afterAll(async () => {
  await portico.close();
  await sentry.close();
});

test('a request that fails unexpectedly is reported with its ids; refusals are not', async () => {
  const renamed = statement('', 'alter table rewards.bonus_campaigns rename to hidden_campaigns');
  await portico.request('GET', '/api/v1/bonus-campaigns', { token: portico.tokenFor('user') });
  await portico.owner.query(renamed);
  const answer = await portico.request('GET', '/api/v1/bonus-campaigns', { token: portico.tokenFor('staff') });
  await portico.owner.query(statement('', 'alter table rewards.hidden_campaigns rename to bonus_campaigns'));
  expect(answer.status).toBe(500);
  await until(() => sentry.events.length > 0);
  expect(sentry.events.map(({ transaction }) => transaction)).toEqual(['listBonusCampaigns']);
  const [event] = sentry.events;
  expect(event?.tags['request_id']).toBe(answer.headers.get('x-request-id'));
  expect(event?.user?.['id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('a job is reported when it has failed for the last time', async () => {
  const before = sentry.events.length;
  // Its payload is not what the task was promised: a defect of whoever enqueued it.
  const broken = defineJob<{ importId: string }>('creditBonusImport');
  await portico.database.transaction((tx) => enqueue(tx, broken, { importId: 'no uuid' }, { maxAttempts: 1 }));
  await portico.runJobs();
  const event = await until(() => sentry.events[before]);
  expect(event).toMatchObject({ transaction: 'creditBonusImport', tags: { job: 'creditBonusImport' } });
});
