import type { Siblings } from '../cluster/link.ts';
import type { Config } from '../config.ts';
import type { ContextModule } from '../contexts/context.ts';
import type { Handlers } from '../contract/handlers.ts';
import { cipherOf } from '../database/sealed-column.ts';
import type { TokenVerifier } from '../http/authentication.ts';
import { createHttp } from '../http/create-http.ts';
import type { Http, HttpOptions } from '../http/create-http.ts';
import type { DemoUser } from '../http/docs.ts';
import { createHousekeeping } from '../http/housekeeping.ts';
import { keptAnswers } from '../http/idempotency.ts';
import type { Metrics } from '../http/metrics.ts';
import { memoryCounters, postgresCounters, redisCounters } from '../http/rate-limit-stores.ts';
import type { CounterStore } from '../http/rate-limit-stores.ts';
import type { ScheduledJob, TaskBinding } from '../jobs/queue.ts';
import type { JobObserver } from '../jobs/run-task.ts';
import { startJobs } from '../jobs/runner.ts';
import type { JobRunner } from '../jobs/runner.ts';
import type { Clock } from '../shared/clock.ts';
import type { KeyRing } from '../shared/key-ring.ts';
import { StartupError } from '../shared/startup-error.ts';
import type { ReportError } from '../telemetry/error-reports.ts';
import type { Logger } from '../telemetry/logs.ts';
import { startTracing } from '../telemetry/tracing.ts';
import type { Pools } from './pools.ts';
import { createResealing } from './reseal-columns.ts';
import { readinessChecks } from './readiness.ts';
import { drainRequests, runSteps } from './stopping.ts';

/** What a process is made of. */
export interface ProcessParts {
  readonly config: Config;
  /** Protects sealed columns, of the contexts and of the platform. */
  readonly keyRing: KeyRing;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly jobObserver: JobObserver;
  readonly pools: Pools;
  /** All contexts; configuration says which of them have their doors here. */
  readonly contexts: readonly ContextModule[];
  readonly identity: { start(): Promise<void>; close(): void };
  readonly flags: { start(): Promise<void>; close(): void };
  /** Whose tokens are good here. */
  readonly verifier: TokenVerifier;
  readonly demoUser: DemoUser | null;
  /** Serve the API. */
  readonly api: boolean;
  /** Run jobs. */
  readonly jobs: boolean;
  readonly siblings?: Siblings;
  readonly closeSenders: () => void;
  readonly errors: ErrorReporting;
  /** For tests: what HTTP should be other than configuration says. */
  readonly http?: (options: HttpOptions) => HttpOptions;
}

/** Where a running process listens, such as `http://127.0.0.1:8080`; null for what it does not serve. */
export interface Addresses {
  readonly url: string | null;
  /** Health and metrics: the API's address, or a worker's own. */
  readonly health: string | null;
}

/** HTTP server and job runner of one process, from start to stop. */
export interface Process {
  /** Every task of the contexts this process hosts. */
  readonly bindings: readonly TaskBinding[];
  readonly schedule: readonly ScheduledJob[];
  /** @throws StartupError when the port is not to be had. */
  start(): Promise<Addresses>;
  /**
   * Drains: not ready, no new requests, requests in progress end, jobs end or go back, connections close, telemetry leaves.
   * Loses neither a request nor a job. Safe to call at any time, once.
   */
  stop(): Promise<void>;
}

/** Errors nobody expected, on their way to the tracker. */
export interface ErrorReporting {
  readonly report: ReportError;
  /** Hands over what waits, within three seconds. */
  close(): Promise<void>;
}

export const version = '0.1.0';

export async function createProcess(parts: ProcessParts): Promise<Process> {
  const { config, log, pools, identity } = parts;
  const stopTracing = await startTracing({
    endpoint: config.otlpEndpoint,
    sampler: config.traceSampler,
    ratio: config.traceRatio,
    serviceVersion: version,
  });
  const hosted = parts.contexts.filter(({ name }) => hosts(config, name));
  const housekeeping = createHousekeeping(pools.worker);
  const sealed = [...parts.contexts.flatMap(({ sealedColumns = [] }) => sealedColumns), keptAnswers];
  const resealing = createResealing(pools.worker, parts.keyRing, sealed);
  const bindings = [...hosted.flatMap(({ tasks }) => tasks), ...housekeeping.tasks, ...resealing.tasks];
  const schedule = [...hosted.flatMap((module) => module.schedule), ...housekeeping.schedule, ...resealing.schedule];
  const counters = createCounters(parts);
  const given = httpOptions(parts, hosted, counters);
  const http = parts.api || parts.jobs ? await createHttp(parts.http?.(given) ?? given) : null;

  let runner: JobRunner | null = null;
  let serving = false;
  return {
    bindings,
    schedule,
    async start() {
      await identity.start();
      await parts.flags.start();
      if (parts.jobs) {
        const { jobs: pool, worker: database } = pools;
        const { jobConcurrency: concurrency } = config;
        runner = await startJobs({
          pool,
          database,
          bindings,
          schedule,
          concurrency,
          log,
          observer: parts.jobObserver,
          reportError: parts.errors.report,
        });
      }
      if (http === null) return { url: null, health: null };
      const health = await listen(http, given, parts.api ? 'PORT' : 'WORKER_PORT');
      serving = true;
      return { url: parts.api ? health : null, health };
    },
    async stop() {
      const jobs = { name: 'jobs', run: () => runner?.stop() };
      if (http === null || !serving) await runSteps(log, [jobs]);
      // Probes and metrics are answered until the last job has ended.
      else if (!parts.api) {
        http.drain();
        await runSteps(log, [jobs, { name: 'HTTP', run: () => http.stop(1_000) }]);
      } else {
        // Side by side: neither requests nor jobs wait for the other.
        await Promise.all([
          runSteps(log, [{ name: 'HTTP', run: () => drainRequests(http, config) }]),
          runSteps(log, [jobs]),
        ]);
      }
      await runSteps(log, [
        { name: 'vendors', run: () => parts.closeSenders() },
        { name: 'identity', run: () => identity.close() },
        { name: 'flags', run: () => parts.flags.close() },
        // Before the database: the sandbox tracker keeps its reports there.
        { name: 'error reports', run: () => parts.errors.close() },
        { name: 'rate limits', run: () => counters.close() },
        { name: 'database', run: () => pools.close() },
        { name: 'tracing', run: () => stopTracing() },
      ]);
    },
  };
}

/** Whether the context has its doors in this process. */
export function hosts({ contexts }: Pick<Config, 'contexts'>, name: string): boolean {
  return contexts.length === 0 || contexts.includes(name);
}

function httpOptions(parts: ProcessParts, hosted: readonly ContextModule[], counters: CounterStore): HttpOptions {
  const { config, contexts, pools } = parts;
  return {
    host: config.host,
    ...(parts.api
      ? {
          port: config.port,
          handlers: Object.assign({}, ...hosted.map(({ operations }) => operations)) as Partial<Handlers>,
          elsewhere: contexts.filter((context) => !hosted.includes(context)).map(({ name }) => name),
        }
      : { port: config.workerPort, handlers: {}, pages: false }),
    verifier: parts.verifier,
    database: pools.primary,
    answers: cipherOf(parts.keyRing, keptAnswers),
    problems: contexts.flatMap(({ problems }) => Object.values(problems ?? {})),
    constraints: Object.assign({}, ...contexts.map(({ constraints }) => constraints)) as HttpOptions['constraints'],
    checks: readinessChecks(pools.primary, parts.siblings),
    metrics: parts.metrics,
    metricsToken: config.metricsToken,
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    counters,
    rateLimitFactor: config.rateLimitFactor,
    responseValidation: { rate: config.responseValidation, strict: config.strictResponses },
    secure: config.publicUrl?.startsWith('https:') ?? false,
    demoUser: parts.demoUser,
    clock: parts.clock,
    log: parts.log,
    reportError: parts.errors.report,
  };
}

function createCounters({ config, pools, log, siblings }: ProcessParts): CounterStore {
  const { rateLimitStore, redisUrl } = config;
  if (rateLimitStore === 'redis' && redisUrl !== undefined) {
    return redisCounters(redisUrl, (error) => log.warn({ error }, 'Redis is away'));
  }
  if (rateLimitStore === 'postgres') return postgresCounters(pools.primary);
  return siblings?.counters ?? memoryCounters();
}

async function listen(http: Http, { host, port }: HttpOptions, setting: 'PORT' | 'WORKER_PORT'): Promise<string> {
  try {
    return await http.start();
  } catch (error) {
    const code = Error.isError(error) && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new StartupError(`Port ${port} on ${host} is taken: stop what uses it, or set ${setting} to another.`, {
        cause: error,
      });
    }
    if (code === 'EACCES') {
      throw new StartupError(`Port ${port} needs more rights than this user has: set ${setting} to 1024 or above.`, {
        cause: error,
      });
    }
    throw error;
  }
}
