import { setTimeout as sleep } from 'node:timers/promises';
import { applicationRole, connect } from '../../database/connect.ts';
import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import type { TaskBinding } from '../../jobs/queue.ts';
import { startJobs } from '../../jobs/runner.ts';
import type { SmsSender } from '../../ports/sms-sender.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Clock } from '../../shared/clock.ts';
import { createLogger } from '../../telemetry/logs.ts';
import { createCircuitNotes } from './circuit-store.ts';
import { accept, unlimited } from './notifications.fixture.ts';
import { silentObserver } from './observer.ts';
import { smsProvider } from './provider.ts';
import { createNotificationTasks } from './tasks.ts';

/** What the tasks of such a process share. */
export interface ProcessParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly unsubscribeUrl: (messageId: string) => string;
}

export interface SendingProcess {
  readonly url: string;
  readonly name: string;
  /** Whether the provider knows a message again. */
  readonly deduplicates: boolean;
  /** After each call, before its answer. */
  readonly called?: () => void;
  /** Tasks beside those that send. */
  readonly more?: (parts: ProcessParts) => readonly TaskBinding[];
}

/**
 * Has this process send what is queued, for tests that kill it. The provider is the table public.provider_calls, on connections
 * that a kill does not roll back.
 */
export async function sendAsProcess({ url, name, deduplicates, called, more }: SendingProcess): Promise<void> {
  const database = connect({ url, name, size: 6, statementTimeout: 30_000, role: applicationRole });
  const owner = connect({ url, name: 'jobs', size: 4, statementTimeout: 30_000 });
  const provider = connect({ url, name: 'provider', size: 8, statementTimeout: 30_000 });
  const call = statement(
    'test.provider_call',
    'insert into public.provider_calls (reference, address) values ($1, $2)',
  );
  const sender: SmsSender = {
    ...{ name: 'fake', deduplicates },
    async send(message) {
      await provider.query(call, [message.reference, message.to]);
      called?.();
      // Between the provider's deed and its answer: where a kill hurts most.
      await sleep(5);
      return accept(message);
    },
  };
  const parts: ProcessParts = {
    ...{ database, clock: systemClock },
    unsubscribeUrl: (messageId) => `https://portico.example/api/v1/unsubscribe/${messageId}`,
  };
  await startJobs({
    pool: owner.pool,
    bindings: [
      ...(more?.(parts) ?? []),
      ...createNotificationTasks({
        ...{ ...parts, limits: unlimited, observer: silentObserver, chance: Math.random },
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
}
