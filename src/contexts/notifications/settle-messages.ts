import type { Database } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { dropStaleCircuits } from './circuit-store.ts';
import { BATCH } from './jobs.ts';
import { compactQueueCounts } from './queue/queue-count-store.ts';
import { compactCounts } from './queue-store.ts';
import { untilShort } from './recover-messages.ts';
import { forgetSpentSecrets, settleSilentMessages } from './recovery-store.ts';
import { dropOrphanReports } from './report-store.ts';

/** A circuit that is not closed is probed within seconds: one that did not change for so long belongs to a dead process. */
const CIRCUIT_LIFE_MILLISECONDS = 3_600_000;
const ORPHAN_LIFE_MILLISECONDS = 7 * 24 * 3600 * 1000;

/**
 * Ends what only time can end: messages without a report after 72 hours, texts of codes that have expired, reports whose
 * message never turned up after 7 days; and sums up the counters so that reading them stays cheap.
 */
export async function settleMessages({ database, clock }: { database: Database; clock: Clock }): Promise<void> {
  const now = clock.now();
  await untilShort(() => settleSilentMessages(database, now, BATCH));
  await untilShort(() => forgetSpentSecrets(database, now, BATCH));
  await dropOrphanReports(database, new Date(now.getTime() - ORPHAN_LIFE_MILLISECONDS));
  await dropStaleCircuits(database, new Date(now.getTime() - CIRCUIT_LIFE_MILLISECONDS));
  await untilShort(() => compactCounts(database, BATCH));
  await compactQueueCounts(database);
}
