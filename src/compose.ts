import { availableParallelism } from 'node:os';
import { createOfflineBreachedPasswords } from '../adapters/breached-passwords/offline.ts';
import { createOpenFeatureFlags } from '../adapters/feature-flags/openfeature.ts';
import { numberSourceAt } from '../adapters/number-source/number-source-at.ts';
import type { Siblings } from './cluster/link.ts';
import { createErrorReporting } from './compose-errors.ts';
import { createGeocoder } from './compose-geocoding.ts';
import { createSocialLogins, identitySettings } from './compose-identity.ts';
import { composeOrders } from './compose-orders.ts';
import { composePayments } from './compose-payments.ts';
import { createRateProviders } from './compose-rates.ts';
import { createMessagingVendors } from './compose-vendors.ts';
import type { MessagingVendors } from './compose-vendors.ts';
import { publicUrlOf } from './config.ts';
import type { Config } from './config.ts';
import { createAnalytics, usualLimits } from './contexts/analytics/index.ts';
import type { Analytics } from './contexts/analytics/index.ts';
import { createCatalog } from './contexts/catalog/index.ts';
import type { Catalog } from './contexts/catalog/index.ts';
import type { ContextModule } from './contexts/context.ts';
import { createExchangeRates } from './contexts/exchange-rates/index.ts';
import type { ExchangeRateQuestions } from './contexts/exchange-rates/index.ts';
import { createIdentity, demoAccounts, secretPurposes, wordings } from './contexts/identity/index.ts';
import type { Identity } from './contexts/identity/index.ts';
import { createNotifications, readQuietHours, readSmsPrice, trackingPurpose } from './contexts/notifications/index.ts';
import type { Notifications } from './contexts/notifications/index.ts';
import { orderWordings } from './contexts/orders/index.ts';
import type { Orders } from './contexts/orders/index.ts';
import type { Payments } from './contexts/payments/index.ts';
import {
  createFlagSource,
  createPlatform,
  createSandboxErrors,
  createSandboxInbox,
} from './contexts/platform/index.ts';
import type { LocalFlags } from './contexts/platform/index.ts';
import { createRewards, CREDITING_PAUSE } from './contexts/rewards/index.ts';
import type { RewardsQuestions } from './contexts/rewards/index.ts';
import { createTeams } from './contexts/teams/index.ts';
import type { Teams } from './contexts/teams/index.ts';
import type { OpenDatabases } from './database/open.ts';
import type { Database } from './database/transaction.ts';
import type { HttpOptions } from './http/create-http.ts';
import { createMetrics } from './http/metrics.ts';
import { servicePurpose, withServiceTokens } from './http/service-token.ts';
import { enqueue } from './jobs/enqueue.ts';
import { createPublish } from './jobs/events.ts';
import type { VendorWatch } from './ports/vendor-watch.ts';
import { createProcess, hosts } from './process/create-process.ts';
import type { Process } from './process/create-process.ts';
import { observeBacklog } from './process/observe-backlog.ts';
import { createObservers, observePools } from './process/observers.ts';
import type { Observers } from './process/observers.ts';
import { notificationsFor } from './process/notifications-for.ts';
import { openPools } from './process/pools.ts';
import type { Pools } from './process/pools.ts';
import { createVendorWatch } from './process/watch-vendors.ts';
import { systemClock } from './shared/clock.ts';
import type { Clock } from './shared/clock.ts';
import { createCursors } from './shared/cursor.ts';
import { newId } from './shared/id.ts';
import { createInstallationKeyRing } from './shared/key-ring.ts';
import type { KeyRing } from './shared/key-ring.ts';
import { deriveKey } from './shared/keys.ts';
import type { ReportError } from './telemetry/error-reports.ts';
import type { Logger } from './telemetry/logs.ts';

export interface ComposeOptions {
  readonly config: Config;
  readonly databases: Omit<OpenDatabases, 'close' | 'embedded'>;
  readonly log: Logger;
  /** Serve the API. */
  readonly api: boolean;
  /** Run jobs. */
  readonly jobs: boolean;
  /** The processes that share this one's address, limits and machine. Default: it is alone. */
  readonly siblings?: Siblings;
  /** Demo data exist: the log-in form of the documentation is filled in. */
  readonly demo: boolean;
  /** For tests: what else should be than configuration says. */
  readonly clock?: Clock;
  readonly http?: (options: HttpOptions) => HttpOptions;
}

/** One composed process and what it is made of. */
export interface Portico extends Process {
  /** As the application. */
  readonly database: Database;
  readonly pools: Pools;
  /** For what happens outside of requests and jobs. */
  readonly reportError: ReportError;
  readonly identity: Identity;
  readonly notifications: Notifications;
  readonly rewards: ContextModule & RewardsQuestions;
  readonly platform: ContextModule;
  readonly analytics: Analytics;
  readonly teams: Teams;
  readonly catalog: Catalog;
  readonly exchangeRates: ContextModule & ExchangeRateQuestions;
  readonly payments: Payments;
  readonly orders: Orders;
}

/** Wires everything; nothing runs yet. */
export async function compose(options: ComposeOptions): Promise<Portico> {
  const { config, databases, siblings, clock = systemClock } = options;
  const own = createMetrics({ defaults: options.http === undefined });
  const metrics = siblings === undefined ? own : { ...own, text: siblings.sumMetrics };
  siblings?.shareMetrics(() => own.registry.getMetricsAsJSON());
  // What an installation may use of the database and the cores is the same however many processes share it.
  const share = (whole: number, least: number) => Math.max(least, Math.ceil(whole / (siblings?.processes ?? 1)));
  const observers = createObservers(metrics.registry);
  const pools = openPools({
    application: databases.application,
    owner: databases.owner,
    reporting: databases.reporting,
    primarySize: share(config.poolSize, 2),
    uploads: share(4, 1),
    jobConcurrency: config.jobConcurrency,
    onRetry: observers.transactionRestarted,
  });
  observePools(metrics.registry, pools.byName);
  const errors = await createErrorReporting(config, createSandboxErrors(pools.worker), observers);
  const watch = createVendorWatch({ observer: observers.vendors, log: options.log, reportError: errors.report });
  const messaging = createMessagingVendors(config, {
    inbox: createSandboxInbox({ database: pools.worker, clock }),
    observer: observers.vendors,
    watch,
    returnPathKey: deriveKey(databases.secret, 'return paths'),
  });
  const localFlags = createFlagSource({ database: pools.worker, listen: pools.listener.listen, log: options.log });
  const keyRing = createInstallationKeyRing(databases.secret, config.encryptionKeys);
  const contexts = createContexts(options, {
    pools,
    observers,
    messaging,
    watch,
    clock,
    keyRing,
    localFlags,
    hashesAtOnce: share(Math.min(availableParallelism(), 3), 1),
  });
  const process = await createProcess({
    ...options,
    clock,
    keyRing,
    metrics,
    jobObserver: observers.jobs,
    pools,
    contexts: Object.values(contexts),
    identity: contexts.identity,
    flags: localFlags,
    verifier: withServiceTokens(contexts.identity, deriveKey(databases.secret, servicePurpose), clock),
    demoUser: options.demo ? (demoAccounts.find(({ role }) => role === 'staff') ?? null) : null,
    closeSenders: messaging.close,
    errors,
  });
  const tasks = Object.values(contexts).flatMap((context: ContextModule) => context.tasks);
  observeBacklog({ registry: own.registry, pools, bindings: [...tasks, ...process.bindings], log: options.log });
  return { ...contexts, ...process, database: pools.primary, pools, reportError: errors.report };
}

interface Surroundings {
  readonly pools: Pools;
  readonly observers: Observers;
  readonly messaging: MessagingVendors;
  readonly watch: VendorWatch;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
  readonly localFlags: LocalFlags;
  /** Slow password hashes at once. */
  readonly hashesAtOnce: number;
}

type Contexts = Omit<Portico, keyof Process | 'database' | 'pools' | 'reportError'>;

/** Every context, hosted here or not: they share one database, so their answers to each other need no other process. */
function createContexts(
  { config, databases, log }: ComposeOptions,
  { pools, observers, messaging, watch, clock, keyRing, localFlags, hashesAtOnce }: Surroundings,
): Contexts {
  const key = (purpose: string) => deriveKey(databases.secret, purpose);
  const cursors = createCursors(key('page cursors'));
  const { primary, worker } = pools;
  const modules = () => Object.values<ContextModule>({ ...contexts });
  const geocoder = createGeocoder(config.geocoding, { observer: observers.vendors, watch, clock });
  const flags = createOpenFeatureFlags(localFlags, { domain: newId() });
  const publish = createPublish(() => modules().map(({ subscriptions }) => subscriptions));
  const notifications = createNotifications({
    wordings: [...wordings, ...orderWordings],
    database: primary,
    reporting: pools.reporting,
    workerDatabase: worker,
    clock,
    cursors,
    smsSenders: messaging.smsSenders,
    emailSenders: messaging.emailSenders,
    webhooks: messaging.webhooks,
    lookups: messaging.lookups,
    limits: {
      perSecond: config.vendors.rates,
      defaultRate: config.messagesPerSecond,
      otpShare: config.otpShare,
      smsPerDay: config.smsPerDay,
      smsPerCountryPerDay: config.smsPerCountryPerDay,
    },
    quietHours: new Map(
      config.quietHours.flatMap((item) => [readQuietHours(item)].filter((read) => read !== undefined)),
    ),
    country: config.defaultRegion,
    publicUrl: publicUrlOf(config),
    linkKey: key('unsubscribe links'),
    trackingKey: key(trackingPurpose),
    listChangedAccounts: (queryable, after, limit) => contexts.identity.listChangedAccounts(queryable, after, limit),
    readContacts: (tx, userIds) => contexts.identity.readContacts(tx, userIds),
    smsPrices: config.smsPrices.flatMap((price) => readSmsPrice(price) ?? []),
    observer: observers.sending,
    messageDays: config.messageDays,
    pauseBulk: async () => ((await contexts.rewards.isCrediting()) ? CREDITING_PAUSE : 0),
  });
  const identity = createIdentity({
    database: primary,
    workerDatabase: worker,
    clock,
    enqueue,
    publish,
    listen: pools.listener.listen,
    log,
    notifications: notificationsFor('identity', notifications, { config, key, clock, log }),
    breachedPasswords: createOfflineBreachedPasswords(),
    socialProviders: createSocialLogins(config.socialLogin, observers.vendors, key('sandbox social login')),
    cursors,
    settings: identitySettings(config, hashesAtOnce),
    signs: hosts(config, 'identity'),
    codeSecret: key(secretPurposes.codes),
    exportSecret: key(secretPurposes.exports),
    personalData: () => modules().flatMap(({ personalData }) => personalData ?? []),
    keyRing,
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
    refusedLinesDays: config.refusedLinesDays,
    sources: config.bonusSources.map(({ location, ...rest }) => ({ ...rest, source: numberSourceAt(location) })),
    gameSecret: key('game rounds'),
  });
  const platform = createPlatform({
    database: primary,
    workerDatabase: worker,
    clock,
    cursors,
    recordReports: notifications.recordReports,
    geocoder,
    flags,
    localFlags,
    retention: { auditDays: config.auditDays, sandboxDays: config.sandboxDays },
  });
  const analytics = createAnalytics({
    ...{ primary, worker, reporting: pools.reporting, clock },
    zones: config.reportTimeZones,
    limits: usualLimits,
    recounts: () => modules().flatMap(({ recounts }) => recounts ?? []),
    questions: { findBonusCampaign: rewards.findBonusCampaign, listTopWallets: rewards.listTopWallets },
    observer: observers.analytics,
  });
  const exchangeRates = createExchangeRates({
    ...{ primary, worker, clock, enqueue, cursors, observer: observers.exchangeRates },
    providers: createRateProviders(config.exchangeRates, { observer: observers.vendors, watch, clock }),
  });
  const teams = createTeams({
    ...{ primary, worker, reporting: pools.reporting, clock, cursors, notifications },
    readContacts: (tx, userIds) => identity.readContacts(tx, userIds),
    findExchangeRate: exchangeRates.findExchangeRate,
  });
  const catalog = createCatalog({ primary, worker, uploads: pools.uploads, clock, cursors, publish, enqueue, flags });
  const payments = composePayments(config, {
    ...{ primary, worker, clock, cursors, publish, enqueue, keyRing },
    observer: observers.payments,
    ...{ vendors: observers.vendors, watch },
    sandboxKey: key('sandbox payments'),
  });
  const orders = composeOrders(config, {
    ...{ primary, worker, clock, cursors, enqueue, catalog, exchangeRates, payments, notifications, geocoder },
    readContacts: (tx, userIds) => identity.readContacts(tx, userIds),
  });
  const contexts: Contexts = {
    ...{ identity, notifications, rewards, platform, analytics, teams, catalog, exchangeRates, payments, orders },
  };
  return contexts;
}
