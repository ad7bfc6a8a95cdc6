import type { Database } from '../../database/transaction.ts';
import { bindTask } from '../../jobs/queue.ts';
import type { DeliveryReport } from '../../ports/delivery-report.ts';
import type { FeatureFlags } from '../../ports/feature-flags.ts';
import type { Geocoder } from '../../ports/geocoding.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/cursor.ts';
import type { ContextModule } from '../context.ts';
import { deleteExpiredTraces, eraseTraces } from './erase-traces.ts';
import type { PlatformRetention } from './erase-traces.ts';
import type { LocalFlags } from './flags/flag-source.ts';
import { deleteExpiredTracesJob, eraseTracesJob, publishSandboxReportsJob } from './jobs.ts';
import { createPlatformOperations } from './operations.ts';
import type { PlatformOperations } from './operations.ts';
import { createPersonalData } from './personal-data.ts';
import { problems } from './problems.ts';
import { publishSandboxReports } from './publish-sandbox-reports.ts';

export { createFlagSource } from './flags/flag-source.ts';
export type { LocalFlags } from './flags/flag-source.ts';
export { createSandboxErrors } from './sandbox-errors.ts';
export { createSandboxInbox } from './sandbox-inbox.ts';
export type { SandboxInboxDependencies } from './sandbox-inbox.ts';
export type { PlatformOperations } from './operations.ts';

export interface PlatformDependencies {
  /** For operations. */
  readonly database: Database;
  /** For tasks. */
  readonly workerDatabase: Database;
  readonly clock: Clock;
  readonly cursors: Cursors;
  /** Takes in what the sandbox vendors report: `recordReports` of notifications. */
  readonly recordReports: (provider: string, reports: readonly DeliveryReport[]) => Promise<void>;
  readonly geocoder: Geocoder;
  readonly flags: FeatureFlags;
  /** Where `flags` come from. */
  readonly localFlags: LocalFlags;
  readonly retention: PlatformRetention;
}

export interface Platform extends ContextModule {
  readonly operations: PlatformOperations;
}

/** The sandbox vendors' other side, the dead letters and the audit log. Health, metrics and documents are answered by src/http. */
export function createPlatform(dependencies: PlatformDependencies): Platform {
  const { database, workerDatabase, clock, cursors, recordReports, geocoder, flags, localFlags, retention } =
    dependencies;
  const worker = { database: workerDatabase, clock, recordReports };
  return {
    name: 'platform',
    operations: createPlatformOperations({ database, clock, cursors, geocoder, flags, localFlags }),
    tasks: [
      bindTask(publishSandboxReportsJob, (_payload, { signal }) => publishSandboxReports(worker, signal)),
      bindTask(eraseTracesJob, (person) => eraseTraces(worker, person)),
      bindTask(deleteExpiredTracesJob, (_payload, { signal }) => deleteExpiredTraces(worker, retention, signal)),
    ],
    schedule: [
      // Reports whose job was lost are sent within the minute.
      { job: publishSandboxReportsJob, cron: '* * * * *' },
      { job: deleteExpiredTracesJob, cron: '37 4 * * *' },
    ],
    subscriptions: { 'user.deleted': [eraseTracesJob] },
    personalData: createPersonalData(workerDatabase),
    problems,
    constraints: { flags_pkey: problems['flag-key-taken'] },
  };
}
