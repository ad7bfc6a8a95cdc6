/** Walks every operation byte by byte: what no client library would send is refused as a problem, and harms nobody else. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../src/contract/generated/routes.ts';
import type { Route } from '../src/contract/route.ts';
import { startPortico } from '../src/testing/portico.ts';
import type { TestPortico } from '../src/testing/portico.ts';
import { openRaw, sendRaw } from '../src/testing/raw-http.ts';
import type { RawAnswer } from '../src/testing/raw-http.ts';
import { pathOf } from './walks/routes.ts';

let portico: TestPortico;
beforeAll(async () => {
  portico = await startPortico();
}, 120_000);
afterAll(() => portico.close());

/** Nobody: a request that is well formed is refused for its token, or does what anybody may. */
function head(route: Route, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${route.method} ${pathOf(route)} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** A complete answer of ours comes, whatever it says. */
async function expectWhole(pending: Promise<RawAnswer>): Promise<RawAnswer> {
  const ending = await pending.then(
    () => 'an answer',
    (error: unknown) => String(error),
  );
  expect(ending).toBe('an answer');
  const answer = await pending;
  const { status, headers, body } = answer;
  expect(headers['x-request-id'] ?? 'no id').toMatch(/^[0-9a-f-]{36}$/);
  expect(status).toBeLessThan(500);
  if (status < 400) return answer;
  expect(headers['content-type']).toBe('application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ status, requestId: headers['x-request-id'] });
  return answer;
}

/** Others are served as if nothing had happened. */
async function expectAlive(): Promise<void> {
  expect((await sendRaw(portico.port, 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n')).status).toBe(200);
}

const every = routes.map((route): [string, Route] => [route.operationId, route]);

describe.each(every)('%s', (_, route) => {
  const [declared = 'application/json'] = route.requestBody?.content.map(({ mediaType }) => mediaType) ?? [];

  test('survives a byte beyond Content-Length', async () => {
    for (const body of ['{}', '{"a":']) {
      for (const mode of ['close', 'keep-alive']) {
        const connection = await openRaw(portico.port);
        const headers = { Connection: mode, 'Content-Type': declared, 'Content-Length': String(body.length) };
        connection.write(`${head(route, headers)}${body}x`);
        await expectWhole(connection.answer());
        connection.close();
        await expectAlive();
      }
    }
  });

  test('refuses a broken chunk', async () => {
    const headers = { 'Content-Type': declared, 'Transfer-Encoding': 'chunked' };
    await expectWhole(sendRaw(portico.port, `${head(route, headers)}zz\r\n{}\r\n`));
    await expectAlive();
  });

  test('refuses two lengths', async () => {
    const headers = { 'Content-Type': declared, 'Content-Length': '3', 'Transfer-Encoding': 'chunked' };
    const answer = await expectWhole(sendRaw(portico.port, `${head(route, headers)}0\r\n\r\n`));
    expect([answer.status, (JSON.parse(answer.body) as { code: string }).code]).toEqual([400, 'malformed-request']);
    await expectAlive();
  });

  test('refuses a control byte in a header', async () => {
    const answer = await expectWhole(sendRaw(portico.port, head(route, { 'X-Anything': 'a\u0001b' })));
    expect(answer.status).toBe(400);
    await expectAlive();
  });
});
