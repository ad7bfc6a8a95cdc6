/**
 * Portico's HTTP platform as `portico api` runs it in production: access token, rate limit, strict parameters, validators made
 * from the contract, 5 % of answers checked, metrics, request ids, security headers. Without a database: the handler is the
 * same sum as everywhere. `BENCH_ACCESS_LOG=true` also writes the access log, to /dev/null.
 */
import { createWriteStream, rmSync } from 'node:fs';
import path from 'node:path';

import type { Database } from '../../src/database/transaction.ts';
import type * as createHttpModule from '../../src/http/create-http.ts';
import type { HttpOptions } from '../../src/http/create-http.ts';
import type * as metricsModule from '../../src/http/metrics.ts';
import type * as countersModule from '../../src/http/rate-limit-stores.ts';
import type * as logsModule from '../../src/telemetry/logs.ts';
import { createContractFolder, operationId } from './contract.ts';
import { announce } from './peer.ts';
import { place } from './shape.ts';
import type { Order } from './shape.ts';

const folder = await createContractFolder();
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const load = async <Module>(file: string): Promise<Module> => (await import(path.join(folder, 'src', file))) as Module;
const { createHttp } = await load<typeof createHttpModule>('http/create-http.ts');
const { createMetrics } = await load<typeof metricsModule>('http/metrics.ts');
const { memoryCounters } = await load<typeof countersModule>('http/rate-limit-stores.ts');
const { createLogger } = await load<typeof logsModule>('telemetry/logs.ts');

const principal = {
  userId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90',
  sessionId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e91',
  roles: ['user'],
  scopes: new Set(['profile:write']),
};

/** Nothing here may reach for it. */
const noDatabase = new Proxy({} as Database, {
  get: () => {
    throw new Error('the benchmark has no database');
  },
});

const options: HttpOptions = {
  host: '127.0.0.1',
  port: 0,
  handlers: {
    [operationId]: async ({ path: { shopId }, body }: { path: { shopId: string }; body: Order }) => ({
      status: 201,
      body: place(shopId, body),
    }),
  } as HttpOptions['handlers'],
  verifier: {
    verifyAccessToken: async () => ({ principal, expiresAt: new Date(Date.now() + 3_600_000) }),
    isSessionRevoked: () => false,
    isPrivileged: () => false,
    refreshPrincipal: async () => principal,
  },
  database: noDatabase,
  sealingKey: Buffer.alloc(32),
  problems: [],
  constraints: {},
  checks: [],
  metrics: createMetrics({ defaults: false }),
  metricsToken: undefined,
  corsOrigins: [],
  trustedProxies: [],
  counters: memoryCounters(),
  rateLimitFactor: 1_000_000,
  responseValidation: { rate: 0.05, strict: false },
  secure: true,
  demoUser: null,
  clock: { now: () => new Date() },
  log: createLogger({
    level: process.env['BENCH_ACCESS_LOG'] === 'true' ? 'info' : 'warn',
    destination: createWriteStream('/dev/null'),
  }),
};
const http = await createHttp(options);
announce(await http.start());
