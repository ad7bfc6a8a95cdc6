/**
 * Portico's sending path as `portico worker` runs it: queue, claim, attempt, token, call through the port and its guards,
 * record. Only the vendor's adapter is the benchmark's. `node portico.ts <gateway url> <in flight> <database url>`
 */
import { usualResilience, withResilience } from '../../adapters/resilience.ts';
import { createNotifications } from '../../src/contexts/notifications/index.ts';
import { startJobs } from '../../src/jobs/runner.ts';
import type { SmsSender } from '../../src/ports/sms-sender.ts';
import { openPools } from '../../src/process/pools.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { createCursors } from '../../src/shared/cursor.ts';
import { demoPhone } from '../../src/shared/demo-phone.ts';
import { newId } from '../../src/shared/id.ts';
import { createLogger } from '../../src/telemetry/logs.ts';
import { openGatewayClient } from './client.ts';
import { serve } from '../talk.ts';

const [url = '', inFlight = '', databaseUrl = ''] = process.argv.slice(2);
const JOBS = 4;
const gateway = await openGatewayClient(url, Number(inFlight));
const sender: SmsSender = {
  name: 'bench',
  deduplicates: false,
  async send({ to, text, reference }) {
    return { outcome: 'accepted', providerMessageId: await gateway.post({ to, text, reference }) };
  },
};

const log = createLogger({ level: 'warn' });
const pools = openPools({
  application: databaseUrl,
  owner: databaseUrl,
  reporting: databaseUrl,
  primarySize: 4,
  jobConcurrency: JOBS,
  onRetry: () => undefined,
});
let recorded = 0;
let allRecorded = Promise.withResolvers<undefined>();
let expected = 0;
const notifications = createNotifications({
  publicUrl: 'https://portico.example',
  linkKey: Buffer.alloc(32, 1),
  trackingKey: Buffer.alloc(32, 2),
  readContacts: () => Promise.resolve([]),
  database: pools.primary,
  workerDatabase: pools.worker,
  clock: systemClock,
  cursors: createCursors(Buffer.alloc(32)),
  smsSenders: [withResilience(sender, usualResilience)],
  emailSenders: [],
  limits: { perSecond: {}, defaultRate: 1e6, otpShare: 0.2, smsPerDay: 1e9, smsPerCountryPerDay: 1e9 },
  observer: {
    attempted: ({ outcome, count }) => {
      if (outcome !== 'accepted') throw new Error(`A call ended as ${outcome}.`);
      recorded += count;
      if (recorded >= expected) allRecorded.resolve(undefined);
    },
    overBudget: () => undefined,
    reported: () => undefined,
    pushed: () => undefined,
    lookedUp: () => undefined,
  },
});
await startJobs({
  pool: pools.jobs,
  database: pools.worker,
  bindings: notifications.tasks,
  schedule: [],
  concurrency: JOBS,
  log,
});

serve(async ({ messages }: { readonly messages: number }) => {
  [recorded, expected, allRecorded] = [0, messages, Promise.withResolvers()];
  const began = await pools.worker.transaction(async (tx) => {
    for (let from = 0; from < messages; from += 1_000) {
      await notifications.queueMessages(
        tx,
        Array.from({ length: Math.min(1_000, messages - from) }, (_, n) => ({
          dedupeKey: newId(),
          channel: 'sms',
          class: 'transactional',
          address: demoPhone(from + n),
          text: 'You got 50 coins from Bench.',
        })),
      );
    }
    return performance.now();
  });
  await allRecorded.promise;
  return (performance.now() - began) / 1_000;
});
