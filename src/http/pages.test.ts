import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../contract/generated/routes.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { startPortico } from '../testing/portico.ts';
import type { TestPortico } from '../testing/portico.ts';
import { classOf } from './metrics.ts';
import { escapeHtml } from './pages.ts';

let portico: TestPortico;
const metricsToken = 'only the scraper knows this';

beforeAll(async () => {
  portico = await startPortico({ environment: { METRICS_TOKEN: metricsToken, PUBLIC_URL: 'https://api.example.com' } });
});

afterAll(() => portico.close());

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => portico.request('GET', path, { headers });

describe('documents', () => {
  test('/openapi.json is the committed bundle', async () => {
    const committed: unknown = JSON.parse(
      await readFile(new URL('../../openapi/portico.json', import.meta.url), 'utf8'),
    );
    expect(await (await get('/openapi.json')).json()).toEqual(committed);
  });

  const contexts = [...new Set(routes.filter(({ internal }) => !internal).map(({ context }) => context))];
  test.each(contexts)('/openapi/%s.json has this context’s operations and no other', async (context) => {
    const document = (await (await get(`/openapi/${context}.json`)).json()) as {
      paths: Record<string, Record<string, { operationId?: string }>>;
    };
    const found = Object.values(document.paths).flatMap((item) =>
      Object.values(item).flatMap(({ operationId }) => operationId ?? []),
    );
    const expected = routes.filter((route) => route.context === context && !route.internal);
    expect(found.sort()).toEqual(expected.map(({ operationId }) => operationId).sort());
  });

  test('any page may read them, and they are sent once', async () => {
    const first = await get('/openapi.json', { 'accept-encoding': 'gzip' });
    expect(first.headers.get('access-control-allow-origin')).toBe('*');
    expect(first.headers.get('content-encoding')).toBe('gzip');
    const etag = String(first.headers.get('etag'));
    const again = await get('/openapi.json', { 'accept-encoding': 'gzip', 'if-none-match': etag });
    expect({ status: again.status, body: await again.text() }).toEqual({ status: 304, body: '' });
    // The other representation has a tag of its own.
    const plain = await get('/openapi.json', { 'accept-encoding': 'identity', 'if-none-match': etag });
    expect({ status: plain.status, encoding: plain.headers.get('content-encoding') }).toEqual({
      status: 200,
      encoding: null,
    });
  });
});

describe('/docs', () => {
  test('loads nothing from elsewhere', async () => {
    const page = await get('/docs');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await page.text();
    const linked = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    expect(linked.length).toBeGreaterThan(4);
    for (const path of linked) expect((await get(path)).status).toBe(200);
  });

  test('is where / leads', async () => {
    const answer = await get('/');
    expect({ status: answer.status, location: answer.headers.get('location') }).toEqual({
      status: 302,
      location: '/docs',
    });
  });
});

describe('the type of every problem', () => {
  const declared = routes.flatMap((route) => route.problems.map((code) => ({ code, operationId: route.operationId })));
  const codes = [...new Set([...declared.map(({ code }) => code), ...Object.keys(platformProblems)])];

  test.each(codes)('%s leads to its explanation', async (code) => {
    const page = await get(`/problems/${code}`);
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain(`code <code>${code}</code>`);
    for (const { operationId } of declared.filter((entry) => entry.code === code)) expect(html).toContain(operationId);
  });

  test('and all are listed', async () => {
    const html = await (await get('/problems')).text();
    for (const code of codes) expect(html).toContain(`/problems/${code}`);
  });
});

describe('/metrics', () => {
  const read = async () => (await get('/metrics', { authorization: `Bearer ${metricsToken}` })).text();

  test('is for those who have the token', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: metricsToken }]) {
      const answer = await get('/metrics', headers);
      expect({ status: answer.status, header: answer.headers.get('www-authenticate') }).toEqual({
        status: 401,
        header: 'Bearer realm="portico-metrics"',
      });
    }
    expect(await read()).toContain('# TYPE portico_http_request_duration_seconds histogram');
  });

  test('counts by operation and status, never by path or id', async () => {
    const answer = await get('/api/v1/bonus-campaigns/01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90');
    await portico.logged(String(answer.headers.get('x-request-id')));
    const text = await read();
    expect(text).toContain(
      'portico_http_request_duration_seconds_count{operation="getBonusCampaign",class="read",status="401"} 1',
    );
    expect(text).not.toContain('01939c2e');
  });

  test('has every operation with every outcome and limit from the beginning', async () => {
    const text = await read();
    const series = routes.flatMap((route) => [
      ...['ok', 'refused', 'error'].map(
        (outcome) =>
          `portico_requests_total{operation="${route.operationId}",class="${classOf(route)}",outcome="${outcome}"} `,
      ),
      ...(route.rateLimit === 'internal' ? [] : [route.rateLimit, 'address', 'everyone']).map(
        (policy) => `portico_rate_limited_total{operation="${route.operationId}",policy="${policy}"} 0`,
      ),
    ]);
    expect(series.filter((line) => !text.includes(`\n${line}`))).toEqual([]);
  });

  test('counts each request once, however often they are read', async () => {
    const series = /^portico_requests_total\{operation="listBonusCampaigns",class="read",outcome="refused"\} (\d+)$/m;
    const count = async () => Number(series.exec(await read())?.[1]);
    const before = await count();
    const answer = await get('/api/v1/bonus-campaigns');
    await portico.logged(String(answer.headers.get('x-request-id')));
    expect([await count(), await count()]).toEqual([before + 1, before + 1]);
  });

  test('counts what is no operation apart', async () => {
    const series = /^portico_requests_total\{operation="none",class="none",outcome="refused"\} (\d+)$/m;
    const before = Number(series.exec(await read())?.[1]);
    const answer = await get('/nowhere');
    await portico.logged(String(answer.headers.get('x-request-id')));
    expect(Number(series.exec(await read())?.[1])).toBe(before + 1);
  });

  test('knows a pool before anybody waits for it', async () => {
    const text = await read();
    expect(text).toContain('portico_pool_waiting{pool="primary"} 0');
  });
});

test('behind https the only way in is https', async () => {
  expect((await get('/docs')).headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
});

test('text cannot become HTML', () => {
  expect(escapeHtml(`<a href="x" b='y'>&`)).toBe('&#60;a href=&#34;x&#34; b=&#39;y&#39;&#62;&#38;');
});
