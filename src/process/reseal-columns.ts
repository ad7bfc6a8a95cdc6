import { resealColumn } from '../database/sealed-column.ts';
import type { ResealOptions, SealedColumn } from '../database/sealed-column.ts';
import type { Database } from '../database/transaction.ts';
import { bindTask, defineJob } from '../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../jobs/queue.ts';
import type { KeyRing } from '../shared/key-ring.ts';

export const resealColumnsJob = defineJob<Record<string, never>>('resealColumns');

/**
 * Brings every sealed column under the newest key. With one key in the ring there is nothing to do, and nothing is read.
 *
 * @throws Error that names the rows which do not open; all others are done by then
 */
export async function resealColumns(
  database: Database,
  ring: KeyRing,
  columns: readonly SealedColumn[],
  options: ResealOptions,
): Promise<void> {
  const broken: string[] = [];
  for (const sealed of columns) {
    const done = await resealColumn(database, ring, sealed, options);
    broken.push(...done.broken.map((row) => `${sealed.table}.${sealed.column} ${row}`));
  }
  if (broken.length === 0) return;
  throw new Error(`${broken.length} sealed values do not open, such as ${broken.slice(0, 5).join(', ')}.`);
}

/** Hourly: a new key is given by restarting processes, and the schedule does the rest. */
export function createResealing(
  database: Database,
  ring: KeyRing,
  columns: readonly SealedColumn[],
): { readonly tasks: readonly TaskBinding[]; readonly schedule: readonly ScheduledJob[] } {
  return {
    tasks: [bindTask(resealColumnsJob, (_, { signal }) => resealColumns(database, ring, columns, { signal }))],
    schedule: [{ job: resealColumnsJob, cron: '23 * * * *' }],
  };
}
