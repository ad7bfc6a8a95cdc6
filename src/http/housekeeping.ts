import type { Database } from '../database/transaction.ts';
import { bindTask } from '../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../jobs/queue.ts';
import { purgeIdempotencyKeys, purgeIdempotencyKeysJob } from './purge-idempotency-keys.ts';

/** The HTTP platform's own jobs. */
export function createHousekeeping(database: Database): {
  readonly tasks: readonly TaskBinding[];
  readonly schedule: readonly ScheduledJob[];
} {
  return {
    tasks: [bindTask(purgeIdempotencyKeysJob, (_, { signal }) => purgeIdempotencyKeys(database, signal))],
    schedule: [{ job: purgeIdempotencyKeysJob, cron: '17 * * * *' }],
  };
}
