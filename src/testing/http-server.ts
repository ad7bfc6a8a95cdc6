import type { Handlers } from '../contract/handlers.ts';
import type { Database } from '../database/transaction.ts';
import { createHttp } from '../http/create-http.ts';
import type { Http, HttpOptions } from '../http/create-http.ts';
import { createMetrics } from '../http/metrics.ts';
import { memoryCounters } from '../http/rate-limit-stores.ts';
import { systemClock } from '../shared/clock.ts';
import { createTestLog } from './log.ts';
import { testKeyRing } from './key-ring.ts';
import type { TestLog } from './log.ts';
import { makeTestToken, testVerifier } from './token.ts';
import type { TestBearer } from './token.ts';

/** The HTTP platform around handlers that a test makes up; tokens are made up too. */
export interface TestHttp extends Pick<TestLog, 'lines' | 'logged'> {
  readonly http: Http;
  readonly url: string;
  readonly port: number;
  /** Ids of sessions that count as revoked. */
  readonly revoked: Set<string>;
  /** How often a token was really verified. */
  readonly verifications: () => number;
  token(scopes: readonly string[], about?: Partial<TestBearer>): string;
  request(method: string, path: string, init?: TestRequest): Promise<Response>;
  close(): Promise<void>;
}

export interface TestRequest {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text or bytes as they are; anything else as JSON. */
  readonly body?: unknown;
}

export const testUser = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90';
export const testSession = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e91';

export async function startTestHttp(
  database: Database,
  handlers: Partial<Handlers>,
  overrides: Partial<HttpOptions> = {},
): Promise<TestHttp> {
  const { log, lines, logged } = createTestLog();
  const verifier = testVerifier();
  const revoked = new Set<string>();
  let verifications = 0;
  const http = await createHttp({
    host: '127.0.0.1',
    port: 0,
    handlers,
    verifier: {
      ...verifier,
      verifyAccessToken: (token) => {
        verifications += 1;
        return verifier.verifyAccessToken(token);
      },
      isSessionRevoked: (sessionId) => revoked.has(sessionId),
    },
    database,
    answers: testKeyRing(7).column('platform.idempotency_keys.body'),
    problems: [],
    constraints: {},
    checks: [],
    metrics: createMetrics({ defaults: false }),
    metricsToken: undefined,
    corsOrigins: [],
    trustedProxies: [],
    counters: memoryCounters(),
    rateLimitFactor: 1_000,
    responseValidation: { rate: 1, strict: true },
    secure: false,
    demoUser: null,
    clock: systemClock,
    log,
    ...overrides,
  });
  const url = await http.start();
  return {
    http,
    url,
    port: Number(new URL(url).port),
    lines,
    logged,
    revoked,
    verifications: () => verifications,
    token: (scopes, about = {}) =>
      makeTestToken({
        userId: testUser,
        sessionId: testSession,
        roles: [],
        scopes,
        expiresAt: new Date(Date.now() + 600_000),
        ...about,
      }),
    request: (method, path, init = {}) => request(url, method, path, init),
    close: () => http.stop(1_000),
  };
}

/** One request as a client sends it; nothing is followed or retried. */
export function request(url: string, method: string, path: string, init: TestRequest): Promise<Response> {
  const { token, headers = {}, body } = init;
  const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  return fetch(new URL(path, url), {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(raw ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
  });
}
