import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import jwt from 'jsonwebtoken';

import type { Database } from '../../src/database/transaction.ts';
import type * as createHttpModule from '../../src/http/create-http.ts';
import type { HttpOptions } from '../../src/http/create-http.ts';
import type * as metricsModule from '../../src/http/metrics.ts';
import type * as countersModule from '../../src/http/rate-limit-stores.ts';
import type { CounterStore } from '../../src/http/rate-limit-stores.ts';
import type * as clockModule from '../../src/shared/clock.ts';
import type * as logsModule from '../../src/telemetry/logs.ts';
import type * as tracingModule from '../../src/telemetry/tracing.ts';
import { operationId, signingKeyFile } from './contract.ts';
import { place } from './shape.ts';
import type { Order } from './shape.ts';

const principal = {
  kind: 'user' as const,
  userId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90',
  sessionId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e91',
  roles: ['user'],
  scopes: new Set(['profile:write']),
};

/** @returns an access token that {@link startPlatform} on the same folder takes. */
export function signToken(folder: string): string {
  return jwt.sign({ sub: principal.userId, sid: principal.sessionId, scope: 'profile:write' }, readKey(folder), {
    algorithm: 'ES256',
    keyid: 'bench',
    issuer: 'https://bench.invalid',
    audience: 'portico-api',
    expiresIn: 3_600,
  });
}

function readKey(folder: string): KeyObject {
  return createPrivateKey(readFileSync(path.join(folder, signingKeyFile)));
}

/** Nothing here may reach for it. */
const noDatabase = new Proxy({} as Database, {
  get: () => {
    throw new Error('the benchmark has no database');
  },
});

export interface PlatformOptions {
  /** See `createContractFolder`. */
  readonly folder: string;
  /** An OTLP address for 5 % of traces. */
  readonly traces?: string | undefined;
  /** Default: of this process alone. */
  readonly counters?: CounterStore;
}

/**
 * Portico's HTTP platform as `portico api` runs it in production: a signed access token, rate limits, strict parameters,
 * validators made from the contract, 5 % of answers checked, metrics, request ids, security headers, and the access log on
 * standard output. Without a database: the handler is the same sum as everywhere.
 *
 * @returns where it listens
 */
export async function startPlatform({ folder, traces, counters }: PlatformOptions): Promise<string> {
  const load = async <Module>(file: string): Promise<Module> =>
    (await import(path.join(folder, 'src', file))) as Module;
  const { createHttp } = await load<typeof createHttpModule>('http/create-http.ts');
  const { createMetrics } = await load<typeof metricsModule>('http/metrics.ts');
  const { memoryCounters } = await load<typeof countersModule>('http/rate-limit-stores.ts');
  const { systemClock } = await load<typeof clockModule>('shared/clock.ts');
  const { createLogger } = await load<typeof logsModule>('telemetry/logs.ts');
  const { startTracing } = await load<typeof tracingModule>('telemetry/tracing.ts');
  const publicKey = createPublicKey(readKey(folder));
  const revoked = new Map<string, number>();
  const options: HttpOptions = {
    host: '127.0.0.1',
    port: 0,
    handlers: {
      [operationId]: async ({ path: { shopId }, body }: { path: { shopId: string }; body: Order }) => ({
        status: 201,
        body: place(shopId, body),
      }),
    } as unknown as HttpOptions['handlers'],
    verifier: {
      // As identity does it, once per token: the platform remembers the outcome.
      async verifyAccessToken(text) {
        const { exp = 0 } = jwt.verify(text, publicKey, { algorithms: ['ES256'] }) as jwt.JwtPayload;
        return { principal, expiresAt: new Date(exp * 1_000) };
      },
      isSessionRevoked: (sessionId) => revoked.has(sessionId),
      isPrivileged: () => false,
      refreshPrincipal: async () => principal,
    },
    database: noDatabase,
    answers: { seal: (_row, plain) => plain, open: (_row, sealed) => sealed },
    problems: [],
    constraints: {},
    checks: [],
    metrics: createMetrics({ defaults: true }),
    metricsToken: undefined,
    corsOrigins: [],
    trustedProxies: [],
    counters: counters ?? memoryCounters(),
    rateLimitFactor: 1_000_000,
    responseValidation: { rate: 0.05, strict: false },
    secure: true,
    demoUser: null,
    clock: systemClock,
    log: createLogger({ level: 'info' }),
  };
  await startTracing({
    endpoint: traces,
    serviceVersion: 'bench',
    sampler: 'parentbased_traceidratio',
    ratio: 0.05,
  });
  const http = await createHttp(options);
  return http.start();
}
