import type { JobRun } from '../../jobs/queue.ts';
import { dayOf } from './exchange-rate.ts';
import { fetchRates } from './fetch-rates.ts';
import type { FetchDependencies } from './fetch-rates.ts';
import { deleteOldFetches, findLastScheduled } from './fetch-store.ts';
import { countQuarantined } from './quarantine-store.ts';
import { isDue } from './rate-fetch.ts';
import { findNewestDay } from './rate-store.ts';

/** Records of questions are kept for so long. */
const KEPT = 90 * 86_400_000;

/**
 * Asks for the latest rates unless those of today are there or somebody was asked just now. Its own retry: after a failure the
 * next tick that is due asks again.
 */
export async function fetchDueRates(dependencies: FetchDependencies, run: Pick<JobRun, 'signal'>): Promise<void> {
  const { worker, clock, providers, observer } = dependencies;
  const names = providers.map(({ name }) => name);
  const state = { asOf: await findNewestDay(worker, names), last: (await findLastScheduled(worker)) ?? null };
  if (isDue(state, clock.now(), dayOf(clock.now()))) {
    await fetchRates(dependencies, { requestId: null, day: null }, run);
    await deleteOldFetches(worker, new Date(clock.now().getTime() - KEPT));
  }
  observer.looked({ asOf: await findNewestDay(worker, names), quarantined: await countQuarantined(worker) });
}
