import { defineJob } from '../../jobs/queue.ts';

/** Runs when a type's facets changed. */
export const indexProductTypeJob = defineJob<{ readonly productTypeId: string }>('indexProductType');
/** Writes what a file of products holds. */
export const importProductsJob = defineJob<{ readonly importId: string }>('importProducts');
export const expireReservationsJob = defineJob<Record<string, never>>('expireReservations');
