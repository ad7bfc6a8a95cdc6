import { bindTask } from '../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../jobs/queue.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import { fetchDueRates } from './fetch-due-rates.ts';
import { fetchRates } from './fetch-rates.ts';
import { fetchDueRatesJob, fetchRatesJob } from './jobs.ts';

export function createExchangeRatesTasks(dependencies: ExchangeRatesDependencies): TaskBinding[] {
  return [
    bindTask(fetchDueRatesJob, (_payload, run) => fetchDueRates(dependencies, run)),
    // Its records are what whoever asked looks at.
    bindTask(fetchRatesJob, async (payload, run) => {
      await fetchRates(dependencies, payload, run);
    }),
  ];
}

/** Every ten minutes somebody looks whether a provider should be asked; it is asked once a day, as a rule. */
export const exchangeRatesSchedule: readonly ScheduledJob[] = [{ job: fetchDueRatesJob, cron: '*/10 * * * *' }];
