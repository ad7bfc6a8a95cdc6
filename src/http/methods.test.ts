import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allow, routes } from '../contract/generated/routes.ts';
import { startPortico } from '../testing/portico.ts';
import type { TestPortico } from '../testing/portico.ts';
import { sendRaw } from '../testing/raw-http.ts';

let portico: TestPortico;

beforeAll(async () => {
  portico = await startPortico({ environment: { CORS_ORIGINS: 'https://app.example.com' } });
});

afterAll(() => portico.close());

/** fetch refuses some of these methods, so they are written by hand. */
const every = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY', 'PROPFIND'] as const;
const id = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90';

async function ask(method: string, template: string, headers = ''): ReturnType<typeof sendRaw> {
  const path = template.replaceAll(/\{\w+\}/g, id);
  return sendRaw(portico.port, `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`);
}

const paths = [...Map.groupBy(routes, ({ path }) => path)].map(([path, group]) => ({
  path,
  methods: group.map(({ method }) => method as string),
}));

describe.each(paths)('$path', ({ path, methods }) => {
  const allowed = allow[path] ?? '';
  const declared = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])];

  test('OPTIONS says what is allowed', async () => {
    const answer = await ask('OPTIONS', path);
    expect({ status: answer.status, allow: answer.headers['allow'], body: answer.body }).toEqual({
      status: 204,
      allow: allowed,
      body: '',
    });
  });

  test('every other method is 405', async () => {
    for (const method of every.filter((candidate) => !declared.includes(candidate))) {
      const answer = await ask(method, path);
      const { 'content-type': type, allow: header } = answer.headers;
      expect({ method, status: answer.status, type, allow: header }).toEqual({
        method,
        status: 405,
        type: 'application/problem+json',
        allow: allowed,
      });
    }
  });

  test('every declared method exists', async () => {
    for (const method of methods) {
      const { status, body } = await ask(method, path);
      expect(status).not.toBe(405);
      // A thing that does not exist has another 404 than a path.
      if (status === 404) expect(body).not.toContain('There is nothing at this path.');
    }
  });
});

test('`Allow` in the contract is what the server allows on documentation pages too', async () => {
  const answer = await ask('DELETE', '/openapi.json');
  expect({ status: answer.status, allow: answer.headers['allow'] }).toEqual({
    status: 405,
    allow: 'GET, HEAD, OPTIONS',
  });
});

test.each(['/api/v1/nothing', '/API/v1/auth/me', '/api/v1/auth/me/', '//api/v1/auth/me', '/api/v1/auth%2Fme'])(
  '%s is 404 for every method',
  async (path) => {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const answer = await ask(method, path);
      expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
        status: 404,
        type: 'application/problem+json',
      });
    }
  },
);

describe('pages of other origins', () => {
  const preflight = 'Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n';

  test('that are allowed may ask and read', async () => {
    const origin = 'Origin: https://app.example.com\r\n';
    const asked = await ask('OPTIONS', '/api/v1/auth/login', origin + preflight);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-max-age': '600',
      vary: 'Origin',
    });
    expect(asked.headers['access-control-allow-headers']).toContain('Idempotency-Key');
    const refused = await ask('GET', '/api/v1/auth/me', origin);
    expect(refused.headers).toMatchObject({ 'access-control-allow-origin': 'https://app.example.com' });
    expect(refused.headers['access-control-expose-headers']).toContain('X-Request-Id');
    expect(refused.headers['access-control-allow-credentials']).toBeUndefined();
  });

  test('that are not allowed get no permission', async () => {
    const answer = await ask('OPTIONS', '/api/v1/auth/login', `Origin: https://evil.example\r\n${preflight}`);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.headers['access-control-allow-methods']).toBeUndefined();
    // Caches must not give this answer to an allowed origin.
    expect(answer.headers['vary']).toBe('Origin');
  });
});

test('every answer is guarded against sniffing, framing and caching', async () => {
  const answer = await ask('GET', '/api/v1/auth/me');
  expect(answer.headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
});
