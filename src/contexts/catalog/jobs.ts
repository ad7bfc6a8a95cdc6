import { defineJob } from '../../jobs/queue.ts';

/** Runs when a type's facets changed. */
export const indexProductTypeJob = defineJob<{ readonly productTypeId: string }>('indexProductType');
export const expireReservationsJob = defineJob<Record<string, never>>('expireReservations');
