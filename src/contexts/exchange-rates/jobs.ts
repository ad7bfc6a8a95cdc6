import { defineJob } from '../../jobs/queue.ts';

/** A clock's: asks for the latest rates when they are due. */
export const fetchDueRatesJob = defineJob<Record<string, never>>('fetchDueRates');

/** A person's: asks for the rates of a day, or the latest where it is null. */
export const fetchRatesJob = defineJob<{ readonly requestId: string; readonly day: string | null }>('fetchRates');
