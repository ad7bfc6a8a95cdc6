import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { reply } from '../contract/handlers.ts';
import type { Handlers } from '../contract/handlers.ts';
import { sha256 } from './fingerprint.ts';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';

/** The operations that speak of the process itself. */
export type ServiceOperations = Pick<Handlers, 'getLiveness' | 'getReadiness' | 'getStartup' | 'getMetrics'>;

export function createServiceOperations({ health, metrics }: { health: Health; metrics: Metrics }): ServiceOperations {
  return {
    getLiveness: async () => reply('getLiveness', { status: 200, body: { status: 'alive' } }),
    getReadiness: async () => {
      await health.ready();
      return reply('getReadiness', { status: 200, body: { status: 'ready' } });
    },
    getStartup: async () => {
      health.started();
      return reply('getStartup', { status: 200, body: { status: 'started' } });
    },
    getMetrics: async () => reply('getMetrics', { status: 200, body: await metrics.text() }),
  };
}

/** Lets an operation judge the raw request beyond what the contract's one security scheme can say. */
export type Guard = (req: IncomingMessage) => void;

/**
 * Keeps metrics to those who send the configured token.
 * @param token undefined: anyone who can reach the server may read them.
 */
export function metricsGuard(token: string | undefined): Guard | undefined {
  if (token === undefined) return undefined;
  const expected = sha256(`Bearer ${token}`);
  return (req) => {
    if (timingSafeEqual(sha256(req.headers.authorization ?? ''), expected)) return;
    throw new Problem(platformProblems.unauthenticated, {
      headers: { 'www-authenticate': 'Bearer realm="portico-metrics"' },
    });
  };
}
