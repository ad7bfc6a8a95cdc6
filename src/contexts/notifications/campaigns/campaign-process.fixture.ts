import { setTimeout as sleep } from 'node:timers/promises';
import { applicationRole, connect } from '../../../database/connect.ts';
import { statement } from '../../../database/transaction.ts';
import { startJobs } from '../../../jobs/runner.ts';
import type { SmsSender } from '../../../ports/sms-sender.ts';
import { systemClock } from '../../../shared/clock.ts';
import { createLogger } from '../../../telemetry/logs.ts';
import { createCircuitNotes } from '../circuit-store.ts';
import { accept, unlimited } from '../notifications.fixture.ts';
import { silentObserver } from '../observer.ts';
import { smsProvider } from '../provider.ts';
import { createNotificationTasks } from '../tasks.ts';
import { noAccounts } from './accounts.ts';
import { createCampaignTasks } from './campaign-tasks.ts';
import { BASE, tokens } from './campaigns.fixture.ts';
import { createTracking } from './tracking.ts';

// A worker that makes a campaign's messages and sends them, as a process of its own, for tests that kill it:
// `node campaign-process.fixture.ts <database url>`. The provider is the table public.provider_calls, on connections that a kill
// does not roll back; it deduplicates. Prints one line when it has begun.
const [url = ''] = process.argv.slice(2);
const database = connect({ url, name: 'campaign', size: 6, statementTimeout: 30_000, role: applicationRole });
const owner = connect({ url, name: 'jobs', size: 4, statementTimeout: 30_000 });
const provider = connect({ url, name: 'provider', size: 8, statementTimeout: 30_000 });
const call = statement('test.provider_call', 'insert into public.provider_calls (reference, address) values ($1, $2)');

const sender: SmsSender = {
  name: 'fake',
  deduplicates: true,
  async send(message) {
    await provider.query(call, [message.reference, message.to]);
    // Between the provider's deed and its answer: where a kill hurts most.
    await sleep(5);
    return accept(message);
  },
};
const unsubscribeUrl = (messageId: string): string => `${BASE}/api/v1/unsubscribe/${messageId}`;
const shared = { database, clock: systemClock, unsubscribeUrl };

await startJobs({
  pool: owner.pool,
  bindings: [
    ...createCampaignTasks({ ...shared, accounts: noAccounts, country: 'IR', tracking: createTracking(tokens, BASE) }),
    ...createNotificationTasks({
      ...shared,
      limits: unlimited,
      observer: silentObserver,
      chance: Math.random,
      providers: { sms: [smsProvider(sender)], email: [] },
      noteCircuits: createCircuitNotes(database, 'test'),
      pauseBulk: () => Promise.resolve(0),
      quiet: { hours: new Map(), country: 'IR' },
    }),
  ],
  schedule: [],
  concurrency: 4,
  database,
  log: createLogger({ level: 'silent' }),
});
console.log('ready');
