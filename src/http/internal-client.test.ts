import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { remoteNotifications } from '../contexts/notifications/index.ts';
import type { NotificationQuestions } from '../contexts/notifications/index.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { startTestHttp } from '../testing/http-server.ts';
import type { TestHttp } from '../testing/http-server.ts';
import { testVerifier } from '../testing/token.ts';
import { createInternalClient } from './internal-client.ts';
import { createServiceToken, internalScope, withServiceTokens } from './service-token.ts';

const key = Buffer.alloc(32, 1);
const phone = '+989121234567';
const now = new Date('2026-11-21T10:00:00Z');
const clock = { now: () => now };

let database: TestDatabase;
let server: TestHttp;
/** What the host answers. */
let body: unknown = { open: true };

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startTestHttp(
    database.database,
    { getSmsBudget: async () => ({ status: 200, body: body as { open: boolean } }) },
    { verifier: withServiceTokens(testVerifier(), key, clock), clock, responseValidation: { rate: 0, strict: false } },
  );
});
afterAll(async () => {
  await server.close();
  await database.close();
});

const client = (token = () => createServiceToken(key, 'identity', clock), url = server.url) =>
  createInternalClient({ url, token, timeout: 2_000 });

describe('a question to another process', () => {
  test('is answered for a service of this installation', async () => {
    body = { open: false };
    expect(await client()('getSmsBudget', { phone })).toEqual({ open: false });
    body = { open: true };
    expect(await client()('getSmsBudget', { phone })).toEqual({ open: true });
  });

  test.each([
    ['signed with another key', () => createServiceToken(Buffer.alloc(32, 2), 'identity', clock)],
    ['that has expired', () => createServiceToken(key, 'identity', { now: () => new Date(now.getTime() - 61_000) })],
    ['that is none', () => 'nonsense'],
  ])('is refused with a token %s', async (_, token) => {
    await expect(client(token)('getSmsBudget', { phone })).rejects.toThrow('getSmsBudget was answered with 401');
  });

  test('is refused to accounts, whatever they may do besides', async () => {
    const token = server.token(['notifications:read', 'notifications:write']);
    const answer = await server.request('GET', `/api/v1/internal/sms-budget?phone=%2B989121234567`, { token });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain(`scope="${internalScope}"`);
  });

  test('opens nothing but internal operations', async () => {
    const { principal } = await withServiceTokens(testVerifier(), key, clock).verifyAccessToken(
      createServiceToken(key, 'identity', clock),
    );
    expect(principal).toMatchObject({ scopes: new Set(['internal:call']), roles: [] });
  });

  test('is not believed when it breaks the contract', async () => {
    body = { open: 'perhaps' };
    await expect(client()('getSmsBudget', { phone })).rejects.toThrow('getSmsBudget was answered with 200: ');
  });

  test('is answered with yes when nobody can be asked, and told to the log', async () => {
    const told: string[] = [];
    const nobody = client(undefined, 'http://127.0.0.1:1');
    const notifications = remoteNotifications(
      {} as NotificationQuestions,
      { hasSmsBudget: async (number) => (await nobody('getSmsBudget', { phone: number })).open },
      { warn: (_, message) => void told.push(message) },
    );
    expect(await notifications.hasSmsBudget(database.database, phone)).toBe(true);
    expect(told).toEqual(['notifications could not be asked for the SMS budget']);
  });
});
