import { setTimeout as sleep } from 'node:timers/promises';
import { applicationRole, connect } from '../../database/connect.ts';
import { statement } from '../../database/transaction.ts';
import { startJobs } from '../../jobs/runner.ts';
import type { SmsSender } from '../../ports/sms-sender.ts';
import { systemClock } from '../../shared/clock.ts';
import { createLogger } from '../../telemetry/logs.ts';
import { createCircuitNotes } from './circuit-store.ts';
import { accept, unlimited } from './notifications.fixture.ts';
import { silentObserver } from './observer.ts';
import { smsProvider } from './provider.ts';
import { createNotificationTasks } from './tasks.ts';

// A sender as a process of its own, for tests that kill it: `node sending-process.fixture.ts <database url> <deduplicates>`.
// The provider is the table public.provider_calls, on connections that a kill does not roll back. Prints one line per call.
const [url = '', deduplicates] = process.argv.slice(2);
const database = connect({ url, name: 'sending', size: 6, statementTimeout: 30_000, role: applicationRole });
const owner = connect({ url, name: 'jobs', size: 4, statementTimeout: 30_000 });
const provider = connect({ url, name: 'provider', size: 8, statementTimeout: 30_000 });
const call = statement('test.provider_call', 'insert into public.provider_calls (reference, address) values ($1, $2)');

const sender: SmsSender = {
  name: 'fake',
  deduplicates: deduplicates === 'true',
  async send(message) {
    await provider.query(call, [message.reference, message.to]);
    console.log('called');
    // Between the provider's deed and its answer: where a kill hurts most.
    await sleep(5);
    return accept(message);
  },
};

await startJobs({
  pool: owner.pool,
  bindings: createNotificationTasks({
    database,
    clock: systemClock,
    limits: unlimited,
    observer: silentObserver,
    chance: Math.random,
    providers: { sms: [smsProvider(sender)], email: [] },
    noteCircuits: createCircuitNotes(database, 'test'),
    pauseBulk: () => Promise.resolve(0),
    quiet: { hours: new Map(), country: 'IR' },
    unsubscribeUrl: (messageId) => `https://portico.example/api/v1/unsubscribe/${messageId}`,
  }),
  schedule: [],
  concurrency: 4,
  database,
  log: createLogger({ level: 'silent' }),
});
