import { types } from 'node:util';
import { createOfflineBreachedPasswords } from '../adapters/breached-passwords/offline.ts';
import { createSandboxEmailSender } from '../adapters/email/sandbox.ts';
import { createSmtpEmailSender } from '../adapters/email/smtp.ts';
import { usualResilience, withResilience } from '../adapters/resilience.ts';
import type { ResilienceOptions } from '../adapters/resilience.ts';
import { createSandboxSmsSender } from '../adapters/sms/sandbox.ts';
import type { Config } from './config.ts';
import type { ContextModule } from './contexts/context.ts';
import { createIdentity, defaultSettings, demoAccounts, secretPurposes } from './contexts/identity/index.ts';
import type { Identity } from './contexts/identity/index.ts';
import { createNotifications } from './contexts/notifications/index.ts';
import type { Notifications } from './contexts/notifications/index.ts';
import { createPlatform, createSandboxInbox } from './contexts/platform/index.ts';
import { createRewards } from './contexts/rewards/index.ts';
import type { RewardsQuestions } from './contexts/rewards/index.ts';
import type { Handlers } from './contract/handlers.ts';
import type { OpenDatabases } from './database/open.ts';
import type { Database } from './database/transaction.ts';
import { openPools } from './databases.ts';
import type { Pools } from './databases.ts';
import { createHttp } from './http/create-http.ts';
import type { Http, HttpOptions } from './http/create-http.ts';
import { createHousekeeping } from './http/housekeeping.ts';
import { createMetrics } from './http/metrics.ts';
import { memoryCounters, postgresCounters, redisCounters } from './http/rate-limit-stores.ts';
import type { CounterStore } from './http/rate-limit-stores.ts';
import { enqueue } from './jobs/enqueue.ts';
import { createPublish } from './jobs/events.ts';
import type { ScheduledJob, TaskBinding } from './jobs/queue.ts';
import { startJobs } from './jobs/runner.ts';
import type { JobRunner } from './jobs/runner.ts';
import { createObservers, observePools } from './observers.ts';
import type { Observers } from './observers.ts';
import type { SandboxInbox } from './ports/sandbox-inbox.ts';
import type { MessageSender } from './ports/send-outcome.ts';
import { readinessChecks } from './readiness.ts';
import { drainRequests, runSteps } from './stopping.ts';
import { systemClock } from './shared/clock.ts';
import type { Clock } from './shared/clock.ts';
import { createCursors } from './shared/cursor.ts';
import { deriveKey } from './shared/keys.ts';
import { StartupError } from './shared/startup-error.ts';
import type { Logger } from './telemetry/logs.ts';
import { startTracing } from './telemetry/tracing.ts';

export interface ComposeOptions {
  readonly config: Config;
  readonly databases: Omit<OpenDatabases, 'close' | 'embedded'>;
  readonly log: Logger;
  /** Serve the API. */
  readonly api: boolean;
  /** Run jobs. */
  readonly jobs: boolean;
  /** Demo data exist: the log-in form of the documentation is filled in. */
  readonly demo: boolean;
  /** For tests: what else should be than configuration says. */
  readonly clock?: Clock;
  readonly http?: (options: HttpOptions) => HttpOptions;
}

/** One composed process. */
export interface Portico {
  /** As the application. */
  readonly database: Database;
  readonly pools: Pools;
  readonly identity: Identity;
  readonly notifications: Notifications;
  readonly rewards: ContextModule & RewardsQuestions;
  readonly platform: ContextModule;
  /** Every task of the contexts this process hosts. */
  readonly bindings: readonly TaskBinding[];
  readonly schedule: readonly ScheduledJob[];
  /** @returns where the API is; null when this process serves none. @throws StartupError when the port is not to be had. */
  start(): Promise<{ readonly url: string | null }>;
  /**
   * Drains: not ready, no new requests, requests in progress end, jobs end or go back, connections close, telemetry leaves.
   * Loses neither a request nor a job. Safe to call at any time, once.
   */
  stop(): Promise<void>;
}

const version = '0.1.0';

/** Wires everything; nothing runs yet. */
export async function compose(options: ComposeOptions): Promise<Portico> {
  const { config, databases, log, clock = systemClock } = options;
  const stopTracing = await startTracing({
    endpoint: config.otlpEndpoint,
    ratio: config.traceRatio,
    serviceVersion: version,
  });
  const metrics = createMetrics({ defaults: options.http === undefined });
  const observers = createObservers(metrics.registry);
  const pools = openPools({
    application: databases.application,
    owner: databases.owner,
    reporting: databases.reporting,
    primarySize: config.poolSize,
    jobConcurrency: config.jobConcurrency,
    onRetry: observers.transactionRestarted,
  });
  observePools(metrics.registry, pools.byName);

  const senders = createSenders(config, createSandboxInbox({ database: pools.worker, clock }), observers);
  const contexts = createContexts(options, { pools, observers, senders, clock });
  const { identity } = contexts;
  const all: readonly ContextModule[] = Object.values(contexts);
  const hosted = all.filter(({ name }) => config.contexts.length === 0 || config.contexts.includes(name));
  const housekeeping = createHousekeeping(pools.worker);
  const bindings = [...hosted.flatMap(({ tasks }) => tasks), ...housekeeping.tasks];
  const schedule: readonly ScheduledJob[] = [...hosted.flatMap((module) => module.schedule), ...housekeeping.schedule];
  const counters = createCounters(config, pools.primary, log);
  const httpOptions: HttpOptions = {
    host: config.host,
    port: config.port,
    handlers: Object.assign({}, ...hosted.map(({ operations }) => operations)) as Partial<Handlers>,
    verifier: identity,
    database: pools.primary,
    sealingKey: deriveKey(databases.secret, 'idempotency answers'),
    problems: all.flatMap(({ problems }) => Object.values(problems ?? {})),
    constraints: Object.assign({}, ...all.map(({ constraints }) => constraints)) as HttpOptions['constraints'],
    checks: readinessChecks(pools.primary),
    metrics,
    metricsToken: config.metricsToken,
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    counters,
    rateLimitFactor: config.rateLimitFactor,
    responseValidation: { rate: config.responseValidation, strict: config.strictResponses },
    secure: config.publicUrl?.startsWith('https:') ?? false,
    demoUser: options.demo ? (demoAccounts.find(({ role }) => role === 'staff') ?? null) : null,
    clock,
    log,
  };
  const http = options.api ? await createHttp(options.http?.(httpOptions) ?? httpOptions) : null;

  let runner: JobRunner | null = null;
  let serving = false;
  return {
    ...contexts,
    database: pools.primary,
    pools,
    bindings,
    schedule,
    async start() {
      await identity.start();
      if (options.jobs) {
        const { jobs: pool, worker: database } = pools;
        const { jobConcurrency: concurrency } = config;
        runner = await startJobs({ pool, database, bindings, schedule, concurrency, log, observer: observers.jobs });
      }
      if (http === null) return { url: null };
      const url = await listen(http, config);
      serving = true;
      return { url };
    },
    async stop() {
      // Side by side: neither requests nor jobs wait for the other.
      await Promise.all([
        runSteps(log, [
          { name: 'HTTP', run: () => (http === null || !serving ? undefined : drainRequests(http, config)) },
        ]),
        runSteps(log, [{ name: 'jobs', run: () => runner?.stop() }]),
      ]);
      await runSteps(log, [
        { name: 'vendors', run: () => senders.close() },
        { name: 'identity', run: () => identity.close() },
        { name: 'rate limits', run: () => counters.close() },
        { name: 'database', run: () => pools.close() },
        { name: 'tracing', run: () => stopTracing() },
      ]);
    },
  };
}

interface Surroundings {
  readonly pools: Pools;
  readonly observers: Observers;
  readonly senders: Pick<ReturnType<typeof createSenders>, 'smsSenders' | 'emailSenders'>;
  readonly clock: Clock;
}

type Contexts = Pick<Portico, 'identity' | 'notifications' | 'rewards' | 'platform'>;

/** Every context, hosted here or not: they share one database, so their answers to each other need no other process. */
function createContexts(
  { config, databases, log }: ComposeOptions,
  { pools, observers, senders, clock }: Surroundings,
): Contexts {
  const key = (purpose: string) => deriveKey(databases.secret, purpose);
  const cursors = createCursors(key('page cursors'));
  const { primary, worker } = pools;
  const notifications = createNotifications({
    database: primary,
    workerDatabase: worker,
    clock,
    cursors,
    smsSenders: senders.smsSenders,
    emailSenders: senders.emailSenders,
    limits: {
      perSecond: {},
      defaultRate: config.messagesPerSecond,
      otpShare: config.otpShare,
      smsPerDay: config.smsPerDay,
      smsPerCountryPerDay: config.smsPerCountryPerDay,
    },
    observer: observers.sending,
  });
  const identity = createIdentity({
    database: primary,
    workerDatabase: worker,
    clock,
    enqueue,
    publish: createPublish(() => Object.values(contexts).map(({ subscriptions }) => subscriptions)),
    listen: pools.listener.listen,
    log,
    notifications,
    breachedPasswords: createOfflineBreachedPasswords(),
    cursors,
    settings: {
      ...defaultSettings,
      issuer: config.publicUrl ?? `http://${config.host}:${config.port}`,
      bcryptCost: config.bcryptCost,
      minimumPasswordLength: config.minimumPasswordLength,
      phoneRegion: config.defaultRegion,
    },
    codeSecret: key(secretPurposes.codes),
    signingKeySecret: key(secretPurposes.signingKeys),
  });
  const rewards = createRewards({
    primary,
    worker,
    reporting: pools.reporting,
    uploads: pools.uploads,
    uploadsAtOnce: pools.uploadsAtOnce,
    clock,
    enqueue,
    cursors,
    notifications,
    observer: observers.rewards,
  });
  const { recordReports } = notifications;
  const platform = createPlatform({ database: primary, workerDatabase: worker, clock, cursors, recordReports });
  const contexts: Contexts = { identity, notifications, rewards, platform };
  return contexts;
}

const MAIL_CONNECTIONS = 10;

/** The configured vendors in failover order, each behind its own guards. */
function createSenders(config: Config, inbox: SandboxInbox, { vendors: observer }: Observers) {
  const guard = <Message>(channel: string, sender: MessageSender<Message>, options: Partial<ResilienceOptions> = {}) =>
    withResilience(sender, { ...usualResilience, observer, dependency: `${channel}:${sender.name}`, ...options });
  const smtp =
    config.smtpUrl === undefined
      ? undefined
      : createSmtpEmailSender({ url: config.smtpUrl, from: config.emailFrom, connections: MAIL_CONNECTIONS });
  return {
    smsSenders: config.smsProviders.map(() => guard('sms', createSandboxSmsSender(inbox))),
    emailSenders: config.emailProviders.map((name) =>
      name === 'smtp' && smtp !== undefined
        ? // What waits for a connection waits here, where the time of waiting is not the server's fault.
          guard('email', smtp, { concurrency: MAIL_CONNECTIONS, queue: 200 })
        : guard('email', createSandboxEmailSender(inbox)),
    ),
    /** Ends connections that are kept open; senders of a stopped process are not asked again. */
    close: () => smtp?.close(),
  };
}

function createCounters(config: Config, database: Database, log: Logger): CounterStore {
  const { rateLimitStore, redisUrl } = config;
  if (rateLimitStore === 'redis' && redisUrl !== undefined) {
    return redisCounters(redisUrl, (error) => log.warn({ error }, 'Redis is away'));
  }
  return rateLimitStore === 'postgres' ? postgresCounters(database) : memoryCounters();
}

async function listen(http: Http, { host, port }: Config): Promise<string> {
  try {
    return await http.start();
  } catch (error) {
    const code = types.isNativeError(error) && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new StartupError(`Port ${port} on ${host} is taken: stop what uses it, or set PORT to another.`, {
        cause: error,
      });
    }
    if (code === 'EACCES') {
      throw new StartupError(`Port ${port} needs more rights than this user has: set PORT to 1024 or above.`, {
        cause: error,
      });
    }
    throw error;
  }
}
