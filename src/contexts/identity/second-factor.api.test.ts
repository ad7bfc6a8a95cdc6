import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';
import { demoAccounts } from './seed-demo.ts';

let portico: TestPortico;
const { email, password } = demoAccounts[0] ?? { email: '', password: '' };

beforeAll(async () => {
  portico = await startPortico();
  const { database, identity } = portico.portico;
  await database.transaction((tx) => identity.seedDemo(tx, { people: 0 }));
});
afterAll(() => portico.close());

async function post(path: string, body: object, token?: string): Promise<{ answer: Response; body: never }> {
  const answer = await portico.request('POST', path, { body, ...(token === undefined ? {} : { token }) });
  return { answer, body: (await answer.json()) as never };
}

test('a person turns a second factor on, logs in with it, and turns it off', async () => {
  const token = await portico.logIn(email, password);
  const factor = '/api/v1/users/second-factor';
  const { secret, uri } = (await post(factor, { currentPassword: password }, token)).body as Record<string, string>;
  expect(uri).toContain(secret);
  const code = new TOTP({ secret: Secret.fromBase32(secret ?? '') }).generate();
  const confirmed = await post(`${factor}/confirm`, { code }, token);
  expect(confirmed.answer.headers.get('cache-control')).toBe('no-store');
  const { recoveryCodes } = confirmed.body as { recoveryCodes: string[] };
  const state = await portico.request('GET', factor, { token });
  expect(await state.json()).toEqual({ enabled: true, enabledAt: expect.any(String), recoveryCodesLeft: 10 });

  const half = await post('/api/v1/auth/login', { email, password });
  expect([half.answer.status, half.answer.headers.get('location')]).toEqual([202, '/api/v1/auth/login/second-factor']);
  expect(half.body).toEqual({ challenge: expect.any(String), expiresIn: 300 });
  const { challenge } = half.body as { challenge: string };
  // The code that confirmed the factor counts as used.
  const used = await post('/api/v1/auth/login/second-factor', { challenge, code });
  expect([used.answer.status, used.body]).toEqual([401, expect.objectContaining({ code: 'second-factor-refused' })]);
  const madeUp = await post('/api/v1/auth/login/second-factor', { challenge: 'x'.repeat(43), code });
  const { requestId: _, ...told } = used.body as Record<string, unknown>;
  expect(madeUp.body).toMatchObject(told);
  const whole = await post('/api/v1/auth/login/second-factor', { challenge, code: recoveryCodes[0] ?? '' });
  expect(whole.answer.status).toBe(200);
  expect(whole.body).toMatchObject({ tokenType: 'Bearer', user: { email } });

  const off = await post(`${factor}/disable`, { code: recoveryCodes[1] ?? '' }, token);
  expect(off.answer.status).toBe(200);
  expect((await post('/api/v1/auth/login', { email, password })).answer.status).toBe(200);
});
