import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { routes } from '../src/contract/generated/routes.ts';
import { startPortico } from '../src/testing/portico.ts';
import type { TestPortico } from '../src/testing/portico.ts';
import { sendRaw } from '../src/testing/raw-http.ts';
import { placesOf } from './places.ts';
import type { Place } from './places.ts';
import { startNginx } from './start-nginx.ts';
import type { TestGateway } from './start-nginx.ts';

// Every path of the contract, every method, through a real nginx in front of a real Portico.

let portico: TestPortico;
let gateway: TestGateway;

beforeAll(async () => {
  portico = await startPortico();
  gateway = await startNginx(settings());
});
afterAll(async () => {
  await gateway.close();
  await portico.close();
});

function settings() {
  return { upstreams: { default: [`127.0.0.1:${portico.port}`] }, rateLimitFactor: 1000 };
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND'];
const places = placesOf(routes);

/** What is wrong with the answers to every method that a path does not declare, as `METHOD path: what`. */
async function faults(port: number): Promise<string[]> {
  const found: string[] = [];
  for (const { path, allow } of places) {
    for (const method of methods.filter((name) => !allow.split(', ').includes(name) || name === 'OPTIONS')) {
      const fault = await faultOf(port, { method, path, allow });
      if (fault !== null) found.push(`${method} ${path}: ${fault}`);
    }
  }
  return found;
}

async function faultOf(
  port: number,
  { method, path, allow }: Pick<Place, 'path' | 'allow'> & { method: string },
): Promise<string | null> {
  const concrete = path.replaceAll(/\{[^}]+\}/g, '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90');
  const answer = await sendRaw(port, `${method} ${concrete} HTTP/1.1\r\nHost: portico\r\nConnection: close\r\n\r\n`);
  const { headers, body } = answer;
  if (answer.status !== (method === 'OPTIONS' ? 204 : 405)) return `status ${answer.status}`;
  if (headers['allow'] !== allow) return `Allow is ${headers['allow']}`;
  if (headers['x-request-id'] === undefined) return 'no X-Request-Id';
  if (method === 'OPTIONS' || method === 'HEAD') return null;
  if (headers['content-type'] !== 'application/problem+json') return `it is ${headers['content-type']}`;
  const { code, requestId } = JSON.parse(body) as { code: string; requestId: string };
  if (code !== 'method-not-allowed') return `the code is ${code}`;
  return requestId === headers['x-request-id'] ? null : 'the problem names another request';
}

test('undeclared methods get 405 with Allow, OPTIONS 204, whoever answers', async () => {
  expect(await faults(gateway.port)).toEqual([]);
});

test('declared methods get the answer that Portico gives directly', async () => {
  for (const route of routes.filter(({ internal, streaming }) => !internal && !streaming.response)) {
    const path = route.path.replaceAll(/\{[^}]+\}/g, '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90');
    const [through, direct] = await Promise.all([
      fetch(`${gateway.url}${path}`, { method: route.method, redirect: 'manual' }),
      portico.request(route.method, path),
    ]);
    expect([route.operationId, through.status]).toEqual([route.operationId, direct.status]);
    expect(through.headers.get('content-type')).toBe(direct.headers.get('content-type'));
    expect(through.headers.has('x-request-id')).toBe(true);
  }
});

test('a method that HTTP does not know is refused as Portico refuses it', async () => {
  const text = 'MADE-UP /api/v1/wallet HTTP/1.1\r\nHost: portico\r\n\r\n';
  const [through, direct] = [await sendRaw(gateway.port, text), await sendRaw(portico.port, text)];
  expect([through.status, through.headers['content-type']]).toEqual([direct.status, 'application/problem+json']);
});

test('pages come through', async () => {
  for (const path of [
    '/',
    '/docs',
    '/docs/portico.css',
    '/console',
    '/console/console.js',
    '/sandbox/pay',
    '/sandbox/pay.js',
    '/openapi.json',
    '/openapi/identity.json',
    '/problems',
    '/problems/not-found',
  ]) {
    const [through, direct] = await Promise.all([
      fetch(`${gateway.url}${path}`, { redirect: 'manual' }),
      portico.request('GET', path),
    ]);
    expect([path, through.status, await through.text()]).toEqual([path, direct.status, await direct.text()]);
  }
});

test('a gateway that answers TRACE bare is caught', async () => {
  const defective = await startNginx(settings(), (conf) => conf.replace(/^ +error_page 405 .*\n/m, ''));
  try {
    const found = await faults(defective.port);
    expect(found).toHaveLength(places.length);
    expect(found[0]).toMatch(/^TRACE .*: Allow is undefined$/);
  } finally {
    await defective.close();
  }
});
