import { plainHandler } from '../contract/handlers.ts';
import type { Handlers } from '../contract/handlers.ts';
import { routes as contractRoutes } from '../contract/generated/routes.ts';
import type { Route } from '../contract/route.ts';
import { validateRequest } from '../contract/validate-request.ts';
import { responseBreaches } from '../contract/validate-response.ts';
import type { Database } from '../database/transaction.ts';
import type { Clock } from '../shared/clock.ts';
import type { ColumnCipher } from '../shared/key-ring.ts';
import type { ProblemType } from '../shared/problem.ts';
import { reportNothing } from '../telemetry/error-reports.ts';
import type { ReportError } from '../telemetry/error-reports.ts';
import type { Logger } from '../telemetry/logs.ts';
import { createAuthentication } from './authentication.ts';
import type { TokenVerifier } from './authentication.ts';
import { clientAddress } from './client-address.ts';
import { createConsole } from './console.ts';
import { createCors } from './cors.ts';
import { createDocs } from './docs.ts';
import type { DemoUser } from './docs.ts';
import { createHealth } from './health.ts';
import type { Check } from './health.ts';
import { createIdempotency } from './idempotency.ts';
import type { Metrics } from './metrics.ts';
import { createOperation } from './operations.ts';
import type { Operation } from './operations.ts';
import { createSandboxPay } from './sandbox-pay.ts';
import { createProblemPages } from './problem-pages.ts';
import type { ConstraintProblems } from './problems.ts';
import type { CounterStore } from './rate-limit-stores.ts';
import { createRateLimit } from './rate-limit.ts';
import type { BodyTimes } from './request-body.ts';
import type { Responder } from './respond.ts';
import { createResponseCheck } from './response-check.ts';
import { createHttpServer, defaultTimeouts } from './server.ts';
import type { HttpTimeouts } from './server.ts';
import { createServiceOperations, metricsGuard } from './service-operations.ts';

export interface HttpOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** The handlers of the contexts this process hosts. */
  readonly handlers: Partial<Handlers>;
  /** Contexts that another process hosts: their paths are known here and answer 503, never 404. Default: none. */
  readonly elsewhere?: readonly string[];
  /** Serve the documents, Swagger UI and the explanations of problems. Default true; a worker only answers probes. */
  readonly pages?: boolean;
  readonly verifier: TokenVerifier;
  readonly database: Database;
  /** Seals the answers kept under an Idempotency-Key. */
  readonly answers: ColumnCipher;
  readonly problems: readonly ProblemType[];
  readonly constraints: ConstraintProblems;
  readonly checks: readonly Check[];
  readonly metrics: Metrics;
  readonly metricsToken: string | undefined;
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly counters: CounterStore;
  /** Multiplies every rate-limit quota. */
  readonly rateLimitFactor: number;
  /** See `createResponseCheck`. */
  readonly responseValidation: { readonly rate: number; readonly strict: boolean };
  /** True when the public address is https. */
  readonly secure: boolean;
  readonly demoUser: DemoUser | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: nobody is told. */
  readonly reportError?: ReportError;
  /** Default: the contract's. */
  readonly routes?: readonly Route[];
  readonly timeouts?: Partial<HttpTimeouts>;
  readonly bodyTimes?: Partial<BodyTimes>;
  readonly heartbeatMilliseconds?: number;
}

/** The HTTP side of one process. */
export interface Http {
  /** Begins to listen. @returns the address, such as `http://127.0.0.1:8080`. */
  start(): Promise<string>;
  /** Ready turns 503, answers ask clients to leave, event streams end. New requests are still served. */
  drain(): void;
  /** Drains, stops accepting, and waits for requests in progress; after the grace they are cut. */
  stop(graceMilliseconds: number): Promise<void>;
}

const bodyTimes: BodyTimes = { deadlineMilliseconds: 30_000, stallMilliseconds: 20_000 };

/** Puts the platform's concerns together around the contract and the contexts' handlers. */
export async function createHttp(options: HttpOptions): Promise<Http> {
  const { log, clock, database, verifier, metrics } = options;
  const draining = new AbortController();
  const ending = new AbortController();
  const cors = createCors(options.corsOrigins);
  const responder: Responder = {
    headers: options.secure ? { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' } : {},
    closing: () => draining.signal.aborted,
    cors: ({ req }) => cors.headers(req),
  };
  const health = createHealth({
    checks: options.checks,
    draining: () => draining.signal.aborted,
    timeoutMilliseconds: 1_000,
    log,
  });
  const rateLimit = createRateLimit({
    counters: options.counters.counters,
    factor: options.rateLimitFactor,
    log,
    onRefusal: (operation, policy) => metrics.limited(operation, policy),
  });
  const operations = createOperations(options, createServiceOperations({ health, metrics }));
  const hosted = operations.map(({ route }) => route);
  const known = options.routes ?? contractRoutes;
  const elsewhere = known.filter(({ context }) => options.elsewhere?.includes(context) === true);
  const server = createHttpServer({
    host: options.host,
    port: options.port,
    operations,
    elsewhere: elsewhere.filter((route) => !hosted.includes(route)),
    pages:
      options.pages === false
        ? []
        : [
            ...(await createDocs({
              contexts: publicContexts([...hosted, ...elsewhere]),
              // What every process says of itself makes none of them the host of that context.
              hosted: publicContexts(hosted.filter((route) => plainHandler(options.handlers, route.operationId))),
              demoUser: options.demoUser,
            })),
            ...(await createConsole()),
            ...(await createSandboxPay()),
            ...createProblemPages(options.problems, known),
          ],
    dependencies: {
      validate: validateRequest,
      authenticate: createAuthentication(verifier, clock),
      verifier,
      rateLimit,
      idempotency: createIdempotency(database, options.answers),
      database,
      checkResponse: createResponseCheck({ ...options.responseValidation, breaches: responseBreaches, responder, log }),
      constraints: options.constraints,
      bodyTimes: { ...bodyTimes, ...options.bodyTimes },
      clock,
      draining: draining.signal,
      ending: ending.signal,
    },
    responder,
    cors,
    clientAddress: clientAddress(options.trustedProxies),
    others: metrics.others,
    heartbeatMilliseconds: options.heartbeatMilliseconds ?? 15_000,
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    reportError: options.reportError ?? reportNothing,
    log,
  });
  return {
    async start() {
      const url = await server.start();
      health.start();
      return url;
    },
    drain: () => draining.abort(),
    async stop(graceMilliseconds) {
      draining.abort();
      const timer = setTimeout(() => ending.abort(), graceMilliseconds);
      await server.stop(graceMilliseconds);
      clearTimeout(timer);
    },
  };
}

/** The contexts among these that have something for partners, in order. */
function publicContexts(routes: readonly Route[]): readonly string[] {
  return [...new Set(routes.filter(({ internal }) => !internal).map(({ context }) => context))].sort();
}

/** Every operation of the contract that this process has a handler for. */
function createOperations(options: HttpOptions, service: Partial<Handlers>): Operation[] {
  const handlers = { ...options.handlers, ...service };
  const guards: Readonly<Record<string, ReturnType<typeof metricsGuard>>> = {
    getMetrics: metricsGuard(options.metricsToken),
  };
  return (options.routes ?? contractRoutes).flatMap((route) => {
    const handler = plainHandler(handlers, route.operationId);
    if (handler === undefined) return [];
    return [createOperation(route, handler, options.metrics.forRoute(route), guards[route.operationId])];
  });
}
