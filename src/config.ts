import { isOrigin, isRange, isTimeZone, readBonusSources, readEncryptionKeys } from './config-values.ts';
import type { ConfiguredSource } from './config-values.ts';
import { EnvironmentReader } from './environment-reader.ts';
import type { Environment } from './environment-reader.ts';
import { readGeocodingSettings } from './geocoding-config.ts';
import type { GeocodingSettings } from './geocoding-config.ts';
import type { NamedKey } from './shared/key-ring.ts';
import { readPaymentSettings } from './payment-config.ts';
import type { PaymentSettings } from './payment-config.ts';
import { readRateSettings } from './rate-config.ts';
import type { RateSettings } from './rate-config.ts';
import { readOrderSettings } from './order-config.ts';
import type { OrderSettings } from './order-config.ts';
import { isRegion } from './shared/phone.ts';
import type { Region } from './shared/phone.ts';
import { readSocialLogin } from './social-login-config.ts';
import type { SocialLoginConfig } from './social-login-config.ts';
import { StartupError } from './shared/startup-error.ts';
import { samplers } from './telemetry/sampling.ts';
import { emailProviderNames, readVendors, smsProviderNames } from './vendor-config.ts';
import type { VendorSettings } from './vendor-config.ts';

/** Everything that surroundings decide, read once. Secrets live only here. */
export interface Config {
  /** Connects as the application; undefined starts the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Connects as the owner of the schemas, for migrations and the job queue. Default: `databaseUrl`. */
  readonly migrationDatabaseUrl: string | undefined;
  /** A replica for dashboards and reconciliation. Default: `databaseUrl`. */
  readonly reportingDatabaseUrl: string | undefined;
  /** The folder of the embedded PostgreSQL and its secret. */
  readonly dataDirectory: string;
  readonly embeddedPostgresPort: number | undefined;
  /** Master key, 32 characters at least; undefined makes and keeps one in the data folder (embedded PostgreSQL only). */
  readonly secret: string | undefined;
  /** Keys of sealed columns, the newest first; empty derives one from the master key. */
  readonly encryptionKeys: readonly NamedKey[];
  readonly host: string;
  readonly port: number;
  /** Where a process that only runs jobs answers probes and shows its metrics; 0 picks a free one. */
  readonly workerPort: number;
  /** Where callers reach this installation; `iss` of tokens. Default: the address listened on. */
  readonly publicUrl: string | undefined;
  readonly corsOrigins: readonly string[];
  /** Addresses or CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Contexts hosted by this process; empty is all. */
  readonly contexts: readonly string[];
  /** Where contexts that other processes host are asked, by name. */
  readonly contextUrls: Readonly<Record<string, string>>;
  readonly logLevel: string;
  /** In failover order, as are `emailProviders`. */
  readonly smsProviders: readonly string[];
  readonly emailProviders: readonly string[];
  readonly smtpUrl: string | undefined;
  readonly emailFrom: string;
  readonly vendors: VendorSettings;
  readonly socialLogin: SocialLoginConfig;
  readonly orders: OrderSettings;
  readonly exchangeRates: RateSettings;
  readonly geocoding: GeocodingSettings;
  readonly payments: PaymentSettings;
  /** Messages that one provider takes per second. */
  readonly messagesPerSecond: number;
  /** The part of that kept for one-time codes. */
  readonly otpShare: number;
  /** SMS begun per UTC day: in total, and to one country. */
  readonly smsPerDay: number;
  readonly smsPerCountryPerDay: number;
  /** What one part of an SMS costs, by the prefix of the number, such as `98=0.0150 USD`; for estimates. */
  readonly smsPrices: readonly string[];
  /** When people are left alone by their own clock, by class or category, such as `marketing=21:00-09:00`. */
  readonly quietHours: readonly string[];
  readonly defaultRegion: Region;
  readonly bcryptCost: number;
  readonly minimumPasswordLength: number;
  /** Days in which the owner of an account can take its deletion back. */
  readonly deletionGraceDays: number;
  /** Days that an export of one's data can be downloaded. */
  readonly exportDays: number;
  /** Days that things are kept: audit entries, texts and addresses of messages, refused lines of imports, the sandbox inbox. */
  readonly auditDays: number;
  readonly messageDays: number;
  readonly refusedLinesDays: number;
  /** Where files of numbers appear by themselves, and which campaign each feeds. */
  readonly bonusSources: readonly ConfiguredSource[];
  readonly sandboxDays: number;
  /** Zones whose days the dashboard keeps; the first is the usual one. */
  readonly reportTimeZones: readonly string[];
  readonly rateLimitStore: 'memory' | 'postgres' | 'redis';
  /** Multiplies every rate limit, for load tests. */
  readonly rateLimitFactor: number;
  readonly redisUrl: string | undefined;
  /** Share of answers checked against the contract, 0 to 1. */
  readonly responseValidation: number;
  /** A breach of the contract fails the request (development, tests) instead of being logged. */
  readonly strictResponses: boolean;
  /** Bearer token for /metrics; undefined leaves it open. */
  readonly metricsToken: string | undefined;
  /** Who is told of errors nobody expected. */
  readonly errorTracker: 'sentry' | 'sandbox' | 'none';
  readonly sentryDsn: string | undefined;
  readonly otlpEndpoint: string | undefined;
  /** Whether the caller's decision about a trace counts. */
  readonly traceSampler: (typeof samplers)[number];
  /** Share of traces recorded, 0 to 1. */
  readonly traceRatio: number;
  /** Jobs at once in this process. */
  readonly jobConcurrency: number;
  /** Connections of the API's pool. */
  readonly poolSize: number;
  /** Seconds that requests and jobs in progress get when the process is asked to stop. */
  readonly drainSeconds: number;
  /** Seconds between "not ready" and the end of accepting, for gateways that poll; 0 where preStop waits already. */
  readonly drainDelaySeconds: number;
  /** Loads demo users and campaigns on start: default with the embedded PostgreSQL. */
  readonly demo: boolean | undefined;
}

/** Where callers reach this installation, without a slash at the end. */
export function publicUrlOf({ publicUrl, host, port }: Config): string {
  return publicUrl ?? `http://${host}:${port}`;
}

/** Read by command-line clients, so they may stand in the same environment. */
const clientVariables = new Set(['PORTICO_URL', 'PORTICO_TOKEN', 'PORTICO_EMAIL', 'PORTICO_PASSWORD']);

/** Every context there is, as PORTICO_CONTEXTS spells it. */
export const contextNames = [
  'identity',
  'rewards',
  'notifications',
  'platform',
  'analytics',
  'teams',
  'catalog',
  'exchange-rates',
  'payments',
  'orders',
] as const;

/**
 * Reads the environment into one frozen object.
 * @throws StartupError, exit code 2, that lists every missing, wrong or unknown variable at once.
 */
export function readConfig(environment: Environment): Config {
  const read = new EnvironmentReader(environment);
  const databaseUrl = read.url('DATABASE_URL', ['postgres:', 'postgresql:']);
  const smsProviders = read.list('SMS_PROVIDERS', ['sandbox'], smsProviderNames);
  const emailProviders = read.list('EMAIL_PROVIDERS', ['sandbox'], emailProviderNames);
  const config: Config = {
    databaseUrl,
    migrationDatabaseUrl: read.url('MIGRATION_DATABASE_URL', ['postgres:', 'postgresql:']) ?? databaseUrl,
    reportingDatabaseUrl: read.url('REPORTING_DATABASE_URL', ['postgres:', 'postgresql:']) ?? databaseUrl,
    dataDirectory: read.text('PORTICO_DATA') ?? '.portico',
    embeddedPostgresPort: read.optionalNumber('PORTICO_POSTGRES_PORT', 1, 65_535),
    secret: read.text('PORTICO_SECRET'),
    encryptionKeys: readEncryptionKeys(read),
    host: read.text('HOST') ?? '127.0.0.1',
    port: read.number('PORT', 8080, 0, 65_535),
    workerPort: read.number('WORKER_PORT', 8081, 0, 65_535),
    publicUrl: read.url('PUBLIC_URL', ['http:', 'https:'])?.replace(/\/+$/, ''),
    corsOrigins: read.list('CORS_ORIGINS', [], { test: isOrigin, words: 'origins such as https://app.example, or *' }),
    trustedProxies: read.list('TRUSTED_PROXIES', [], {
      test: isRange,
      words: 'IP addresses or ranges such as 10.0.0.0/8',
    }),
    contexts: read.list('PORTICO_CONTEXTS', [], contextNames),
    contextUrls: contextUrls(read),
    logLevel: read.choice('LOG_LEVEL', 'info', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    smsProviders,
    emailProviders,
    smtpUrl: read.url('SMTP_URL', ['smtp:', 'smtps:']),
    emailFrom: read.text('EMAIL_FROM') ?? 'Portico <no-reply@portico.example>',
    vendors: readVendors(read, [...smsProviders, ...emailProviders]),
    exchangeRates: readRateSettings(read),
    geocoding: readGeocodingSettings(read),
    payments: readPaymentSettings(read),
    socialLogin: readSocialLogin(read, Object.keys(environment), databaseUrl === undefined),
    orders: readOrderSettings(read),
    messagesPerSecond: read.number('MESSAGES_PER_SECOND', 10_000, 1, 1_000_000),
    otpShare: read.number('OTP_SHARE', 0.2, 0.01, 0.99, false),
    smsPerDay: read.number('SMS_PER_DAY', 1_000_000, 0, 1_000_000_000),
    smsPerCountryPerDay: read.number('SMS_PER_COUNTRY_PER_DAY', 500_000, 0, 1_000_000_000),
    smsPrices: read.list('SMS_PRICES', [], {
      test: (item) => /^[1-9][0-9]{0,14}=[0-9]{1,9}(\.[0-9]{1,6})? [A-Z]{3}$/.test(item),
      words: 'prices of one part by prefix such as 98=0.0150 USD',
    }),
    quietHours: read.list('QUIET_HOURS', ['marketing=21:00-09:00'], {
      test: (item) =>
        item === 'none' ||
        /^(transactional|marketing|account|rewards|promotions|news|reminders)=([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/.test(
          item,
        ),
      words: 'classes or categories and times such as marketing=21:00-09:00, or none',
    }),
    defaultRegion: region(read),
    bcryptCost: read.number('BCRYPT_COST', 12, 4, 15),
    minimumPasswordLength: read.number('MINIMUM_PASSWORD_LENGTH', 15, 15, 72),
    deletionGraceDays: read.number('DELETION_GRACE_DAYS', 14, 0, 90),
    exportDays: read.number('EXPORT_DAYS', 7, 1, 90),
    auditDays: read.number('AUDIT_DAYS', 400, 30, 3650),
    messageDays: read.number('MESSAGE_DAYS', 365, 7, 3650),
    refusedLinesDays: read.number('REFUSED_LINES_DAYS', 90, 1, 3650),
    bonusSources: readBonusSources(read),
    sandboxDays: read.number('SANDBOX_DAYS', 30, 1, 3650),
    reportTimeZones: read.list('REPORT_TIME_ZONES', ['UTC'], {
      test: isTimeZone,
      words: 'time zones by their IANA names such as Asia/Tehran',
    }),
    rateLimitStore: read.choice('RATE_LIMIT_STORE', 'memory', ['memory', 'postgres', 'redis']),
    rateLimitFactor: read.number('RATE_LIMIT_FACTOR', 1, 0.001, 1_000_000, false),
    redisUrl: read.url('REDIS_URL', ['redis:', 'rediss:']),
    responseValidation: read.number('RESPONSE_VALIDATION', databaseUrl === undefined ? 1 : 0.05, 0, 1, false),
    strictResponses: read.flag('STRICT_RESPONSES') ?? databaseUrl === undefined,
    metricsToken: read.text('METRICS_TOKEN'),
    errorTracker: read.choice('ERROR_TRACKER', databaseUrl === undefined ? 'sandbox' : 'none', [
      'sentry',
      'sandbox',
      'none',
    ]),
    sentryDsn: read.url('SENTRY_DSN', ['http:', 'https:']),
    otlpEndpoint: read.url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']),
    traceSampler: read.choice('OTEL_TRACES_SAMPLER', 'parentbased_traceidratio', samplers),
    traceRatio: read.number('OTEL_TRACES_SAMPLER_ARG', 0.05, 0, 1, false),
    jobConcurrency: read.number('JOB_CONCURRENCY', 4, 1, 64),
    poolSize: read.number('DATABASE_POOL_SIZE', 20, 2, 200),
    drainSeconds: read.number('DRAIN_SECONDS', 20, 1, 300),
    drainDelaySeconds: read.number('DRAIN_DELAY_SECONDS', 0, 0, 60),
    demo: read.flag('PORTICO_DEMO'),
  };
  requireTogether(read, config, environment);
  for (const name of Object.keys(environment)) {
    if (name.startsWith('PORTICO_') && !read.known.has(name) && !clientVariables.has(name)) {
      read.faults.push(`${name} is no setting of Portico: correct its spelling or remove it`);
    }
  }
  if (read.faults.length > 0) {
    throw new StartupError(`Wrong configuration: ${read.faults.join('; ')}.`, { exitCode: 2 });
  }
  return Object.freeze(config);
}

/** `notifications=http://10.0.0.2:8080,…` */
function contextUrls(read: EnvironmentReader): Readonly<Record<string, string>> {
  const entries = read.list('PORTICO_CONTEXT_URLS', [], {
    test: (item) => {
      const [name = '', url = ''] = item.split('=');
      return contextNames.some((known) => known === name) && /^https?:/.test(url) && URL.canParse(url);
    },
    words: 'contexts and their addresses such as notifications=http://10.0.0.2:8080',
  });
  return Object.freeze(Object.fromEntries(entries.map((entry) => entry.split('='))) as Record<string, string>);
}

function region(read: EnvironmentReader): Region {
  const value = read.text('DEFAULT_REGION') ?? 'IR';
  if (isRegion(value)) return value;
  read.faults.push(`DEFAULT_REGION must be a country of ISO 3166 in two capital letters, not "${value}"`);
  return 'IR';
}

function requireTogether(read: EnvironmentReader, config: Config, environment: Environment): void {
  const { faults } = read;
  for (const name of ['MIGRATION_DATABASE_URL', 'REPORTING_DATABASE_URL']) {
    // Alone it would be ignored, and the embedded PostgreSQL would start in its place.
    if (config.databaseUrl === undefined && (environment[name] ?? '') !== '') {
      faults.push(`${name} is set without a valid DATABASE_URL`);
    }
  }
  if (config.secret !== undefined && config.secret.length < 32) {
    faults.push('PORTICO_SECRET must have at least 32 characters, for example from "openssl rand -base64 32"');
  }
  if (config.databaseUrl !== undefined && config.secret === undefined) {
    faults.push(
      'PORTICO_SECRET is missing: with DATABASE_URL set it must be given, for example from "openssl rand -base64 32"',
    );
  }
  if (config.contexts.length > 0 && config.publicUrl === undefined) {
    // Otherwise each would name its own address as the issuer, and refuse the tokens of the others.
    faults.push('PUBLIC_URL is missing: processes that each host a part of the contexts must agree on it');
  }
  for (const name of ['smsProviders', 'emailProviders'] as const) {
    // Two senders of one name would share a bucket, and fail over to themselves.
    if (new Set(config[name]).size < config[name].length) {
      faults.push(`${name === 'smsProviders' ? 'SMS' : 'EMAIL'}_PROVIDERS names a provider twice`);
    }
  }
  if (config.rateLimitStore === 'redis' && config.redisUrl === undefined) faults.push('REDIS_URL is missing');
  if (config.errorTracker === 'sentry' && config.sentryDsn === undefined) faults.push('SENTRY_DSN is missing');
  if (config.emailProviders.includes('smtp') && config.smtpUrl === undefined) faults.push('SMTP_URL is missing');
}
