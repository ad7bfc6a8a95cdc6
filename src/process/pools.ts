import type { Pool } from 'pg';
import { applicationRole, connect } from '../database/connect.ts';
import { createListener } from '../database/listen.ts';
import type { Listener } from '../database/listen.ts';
import type { Database } from '../database/transaction.ts';

export interface PoolOptions {
  /** Connects as the application's login. */
  readonly application: string;
  /** Connects as the owner of the schemas: the job queue. */
  readonly owner: string;
  /** Connects to a replica, or the same server. */
  readonly reporting: string;
  /** Connections of the API. */
  readonly primarySize: number;
  /** Jobs at once. */
  readonly jobConcurrency: number;
  /** Uploads at once. Default 4. */
  readonly uploads?: number;
  readonly onRetry: (sqlState: string) => void;
}

/** The separate pools, so that no kind of work can starve another of connections. */
export interface Pools {
  /** Requests. Statements are cut after five seconds: a request is not worth more. */
  readonly primary: Database;
  /** Jobs. */
  readonly worker: Database;
  /** Dashboards and reconciliation; read-only. */
  readonly reporting: Database;
  /** Uploads alone: each holds its connection for as long as its sender takes. */
  readonly uploads: Database;
  readonly uploadsAtOnce: number;
  /** The job queue's own, as the owner. */
  readonly jobs: Pool;
  readonly listener: Listener;
  /** All of them, for metrics. */
  readonly byName: Readonly<Record<string, Pool>>;
  close(): Promise<void>;
}

/** Reports at once where there is no replica; the others wait. */
const PRIMARY_REPORTS = 2;

export function openPools(options: PoolOptions): Pools {
  const { onRetry, uploads: uploadsAtOnce = 4 } = options;
  const asApplication = { url: options.application, role: applicationRole, onRetry };
  const primary = connect({
    ...asApplication,
    name: 'portico primary',
    size: options.primarySize,
    statementTimeout: 5_000,
  });
  const worker = connect({
    ...asApplication,
    name: 'portico worker',
    // A task may hold one connection and need another; one-time codes have two runners of their own, rollups one.
    size: options.jobConcurrency * 2 + 5,
    statementTimeout: 60_000,
  });
  const reporting = connect({
    ...asApplication,
    url: options.reporting,
    name: 'portico reporting',
    statementTimeout: 30_000,
    readOnly: true,
    // On the primary a report costs those who write: fewer at once, and each on one core.
    ...(options.reporting === options.application
      ? { size: PRIMARY_REPORTS, settings: { max_parallel_workers_per_gather: '0' } }
      : { size: 8 }),
  });
  const uploads = connect({ ...asApplication, name: 'portico uploads', size: uploadsAtOnce, statementTimeout: 60_000 });
  const jobs = connect({
    url: options.owner,
    name: 'portico jobs',
    size: options.jobConcurrency + 8,
    statementTimeout: 0,
  });
  const listener = createListener({ url: options.application, name: 'portico listener' });
  return {
    primary,
    worker,
    reporting,
    uploads,
    uploadsAtOnce,
    jobs: jobs.pool,
    listener,
    byName: {
      primary: primary.pool,
      worker: worker.pool,
      reporting: reporting.pool,
      uploads: uploads.pool,
      jobs: jobs.pool,
    },
    async close() {
      await listener.close();
      await Promise.all([primary, worker, reporting, uploads, jobs].map((pool) => pool.close()));
    },
  };
}
