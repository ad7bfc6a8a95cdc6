import { bindTask } from '../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../jobs/queue.ts';
import type { CatalogDependencies } from './dependencies.ts';
import { expireReservations } from './inventory/expire-reservations.ts';
import { importProducts } from './imports/import-products.ts';
import { expireReservationsJob, importProductsJob, indexProductTypeJob } from './jobs.ts';
import { indexProductType } from './search/index-product-type.ts';

export function createCatalogTasks(dependencies: CatalogDependencies): TaskBinding[] {
  return [
    bindTask(indexProductTypeJob, (payload, run) => indexProductType(dependencies, payload, run)),
    bindTask(importProductsJob, (payload, run) => importProducts(dependencies, payload, run)),
    bindTask(expireReservationsJob, async (_, run) => {
      await expireReservations(dependencies, run);
    }),
  ];
}

export const catalogSchedule: readonly ScheduledJob[] = [{ job: expireReservationsJob, cron: '* * * * *' }];
