import type { Database } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { enqueueCampaign } from './campaign-jobs.ts';
import { listDueCampaigns } from './campaign-store.ts';

/**
 * Wakes every campaign that is running or due: a killed worker's job stays locked for hours, so a fresh one takes its place.
 * One that is being worked on gets a second worker at most, which finds other chunks or nothing.
 */
export async function resumeCampaigns({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): Promise<void> {
  await database.transaction(async (tx) => {
    for (const id of await listDueCampaigns(tx, clock.now())) await enqueueCampaign(tx, id);
  });
}
