import type { Database } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { BATCH, enqueueSending } from './jobs.ts';
import type { Channel } from './message.ts';
import { MAX_ATTEMPTS, REPORT_WAIT_MILLISECONDS } from './next-step.ts';
import type { Provider } from './provider.ts';
import { applyWaitingReports } from './record-reports.ts';
import { countDue, doubtExpiredSendings, freeExpiredClaims } from './recovery-store.ts';
import { findOverlookedReports, lockProviderMessages } from './report-store.ts';

/** Sendings started per lane and run: more only wait at the gate. */
const MOST_JOBS = 4;

export interface RecoverDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly providers: Readonly<Record<Channel, readonly Provider[]>>;
}

/**
 * Takes over what dead processes and lost jobs left behind: claims return to the queue, sendings become unknown, waiting
 * reports of known messages are applied, and every lane with due messages gets jobs again. Runs every minute and is the
 * reason why losing any job, at any moment, costs at most that minute.
 */
export async function recoverMessages({ database, clock, providers }: RecoverDependencies): Promise<void> {
  const now = clock.now();
  const deduplicating = [...providers.sms, ...providers.email]
    .filter((one) => one.deduplicates)
    .map(({ name }) => name);
  const wakeAt = new Date(now.getTime() + REPORT_WAIT_MILLISECONDS);
  const options = { now, limit: BATCH, deduplicating, wakeAt, maxAttempts: MAX_ATTEMPTS };

  await untilShort(() => freeExpiredClaims(database, now, BATCH));
  await untilShort(() => doubtExpiredSendings(database, options));
  await applyOverlookedReports(database, clock);

  await database.transaction(async (tx) => {
    for (const { lane, due } of await countDue(tx, now, MOST_JOBS * BATCH)) {
      await enqueueSending(tx, lane, due);
    }
  });
}

async function applyOverlookedReports(database: Database, clock: Clock): Promise<void> {
  const overlooked = await findOverlookedReports(database, BATCH);
  for (const provider of new Set(overlooked.map((report) => report.provider))) {
    const ids = overlooked.filter((report) => report.provider === provider).map((report) => report.provider_message_id);
    await database.transaction(async (tx) => {
      await lockProviderMessages(tx, provider, ids);
      await applyWaitingReports(tx, provider, ids, clock.now());
    });
  }
}

/** Repeats a bounded statement until it finds less than a whole batch. */
export async function untilShort(step: () => Promise<number>): Promise<void> {
  while ((await step()) >= BATCH) {
    // Each round is its own short transaction.
  }
}
