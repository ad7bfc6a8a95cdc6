import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { routes } from './contract/generated/routes.ts';
import { startPortico } from './testing/portico.ts';

describe('a composed process', () => {
  test('serves every operation, runs every scheduled job, and ends without leaving anything open', async () => {
    const portico = await startPortico({ jobs: true });
    try {
      for (const route of routes) {
        const path = route.path.replaceAll(/\{\w+\}/g, '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90');
        const { status } = await portico.request('OPTIONS', path);
        expect({ operation: route.operationId, status }).toEqual({ operation: route.operationId, status: 204 });
      }
      const bound = new Set(portico.portico.bindings.map(({ name }) => name));
      const scheduled = portico.portico.schedule.map(({ job }) => job.name);
      expect(scheduled.length).toBeGreaterThan(3);
      expect(scheduled.filter((name) => !bound.has(name))).toEqual([]);
      expect(bound.size).toBe(portico.portico.bindings.length);
    } finally {
      await portico.close();
    }
  });

  test('hosts only the contexts it is told to', async () => {
    const portico = await startPortico({
      environment: { PORTICO_CONTEXTS: 'identity', PUBLIC_URL: 'https://portico.example' },
    });
    try {
      expect((await portico.request('GET', '/api/v1/auth/me')).status).toBe(401);
      for (const [method, path] of [
        ['GET', '/api/v1/bonus-campaigns'],
        ['POST', '/api/v1/bonus-campaigns'],
        ['OPTIONS', '/api/v1/wallet'],
      ] as const) {
        const elsewhere = await portico.request(method, path);
        expect({ status: elsewhere.status, ...((await elsewhere.json()) as object) }).toMatchObject({
          status: 503,
          code: 'unavailable',
          detail: 'This process does not host rewards: ask the public address.',
        });
      }
      expect((await portico.request('GET', '/api/v1/nonsense')).status).toBe(404);
      expect(await (await portico.request('GET', '/docs')).text()).toContain('/openapi/rewards.json');
      expect((await portico.request('GET', '/health/ready')).status).toBe(200);
      expect((await portico.request('GET', '/openapi/rewards.json')).status).toBe(404);
      expect(portico.portico.bindings.map(({ name }) => name)).toContain('purgeIdempotencyKeys');
    } finally {
      await portico.close();
    }
  });

  test('says in one sentence that its port is taken', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as AddressInfo;
    try {
      await expect(startPortico({ environment: { PORT: String(port) } })).rejects.toMatchObject({
        name: 'StartupError',
        message: `Port ${port} on 127.0.0.1 is taken: stop what uses it, or set PORT to another.`,
      });
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
  });
});
