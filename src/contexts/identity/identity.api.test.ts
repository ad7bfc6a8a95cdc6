import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { statement } from '../../database/transaction.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';
import { demoAccounts } from './seed-demo.ts';

const PASSWORD = 'quiet rivers carry old songs';
let portico: TestPortico;

beforeAll(async () => {
  portico = await startPortico();
  await portico.database.transaction((tx) => portico.portico.identity.seedDemo(tx, { people: 30 }));
}, 60_000);
afterAll(() => portico.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

async function call(method: string, path: string, init: Parameters<TestPortico['request']>[2] = {}): Promise<Answer> {
  const response = await portico.request(method, `/api/v1${path}`, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Answer['body']),
  };
}
const post = (path: string, body: unknown, token?: string): Promise<Answer> =>
  call('POST', path, { body, ...(token === undefined ? {} : { token }) });

/** The code or token of the newest message that the sandbox delivered to an address. */
async function secretOf(address: string): Promise<string> {
  await portico.runJobs();
  const token = portico.tokenFor('staff');
  const { body } = await call('GET', `/sandbox/messages?address=${encodeURIComponent(address)}&limit=1`, { token });
  const [message] = body['items'] as { text: string }[];
  return /\b\d{6}\b|^[\w-]{43}$/m.exec(message?.text ?? '')?.[0] ?? '';
}

interface Person {
  readonly userId: string;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
  readonly sessionId: string;
}

let people = 0;
async function signUp(email = `person-${(people += 1)}@example.com`): Promise<Person> {
  const registered = await post('/auth/register', { email, password: PASSWORD, gender: 'female', age: 29 });
  expect(registered.status).toBe(200);
  await post('/auth/verify-email', { token: await secretOf(email) });
  return { userId: String(registered.body['userId']), email, ...(await logIn(email)) };
}

async function logIn(
  email: string,
  password = PASSWORD,
): Promise<Pick<Person, 'token' | 'refreshToken' | 'sessionId'>> {
  const { body } = await post('/auth/login', { email, password });
  return body as unknown as Person;
}

async function logInAs(role: 'admin' | 'staff' | 'user'): Promise<string> {
  const account = demoAccounts.find((demo) => demo.role === role);
  return portico.logIn(account?.email ?? '', account?.password ?? '');
}

describe('the required operations', () => {
  it('lead from sign-up over log-in to a changed profile and password', async () => {
    const email = 'journey@example.com';
    const registered = await post('/auth/register', { email, password: PASSWORD, gender: 'female', age: 29 });
    expect(registered.body).toEqual({
      success: true,
      message: expect.any(String),
      userId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const verified = await post('/auth/verify-email', { token: await secretOf(email) });
    expect(verified.body).toEqual({ success: true, message: expect.any(String) });

    const login = await post('/auth/login', { email, password: PASSWORD, device: "Sara's phone" });
    expect(login.status).toBe(200);
    expect(login.headers.get('cache-control')).toBe('no-store');
    const user = { id: registered.body['userId'], email, gender: 'female', age: 29, roles: ['user'] };
    expect(login.body).toMatchObject({ token: expect.any(String), tokenType: 'Bearer', expiresIn: 600, user });
    const token = String(login.body['token']);

    const me = await call('GET', '/auth/me', { token });
    expect(me.body).toMatchObject({ user });
    const etag = me.headers.get('etag') ?? '';
    const profile = { email, gender: 'other', age: 30 };
    const stale = await call('PUT', '/users/profile', { token, headers: { 'if-match': '"99"' }, body: profile });
    expect([stale.status, stale.body['code']]).toEqual([412, 'precondition-failed']);
    const updated = await call('PUT', '/users/profile', { token, headers: { 'if-match': etag }, body: profile });
    expect(updated.body).toMatchObject({ success: true, user: { ...user, gender: 'other', age: 30 } });
    expect(updated.headers.get('etag')).not.toBe(etag);
    const unchanged = { 'if-none-match': updated.headers.get('etag') ?? '' };
    expect((await call('GET', '/auth/me', { token, headers: unchanged })).status).toBe(304);

    const newPassword = 'a quite different sentence';
    const wrong = await call('PUT', '/users/password', { token, body: { currentPassword: 'no', newPassword } });
    expect([wrong.status, wrong.body['code']]).toEqual([409, 'current-password-wrong']);
    const changed = await call('PUT', '/users/password', { token, body: { currentPassword: PASSWORD, newPassword } });
    expect(changed.body).toEqual({ success: true, message: expect.any(String) });

    const forgotten = await post('/auth/forgot-password', { email });
    expect(forgotten.body).toEqual({ success: true, message: expect.any(String) });
    const reset = await post('/auth/reset-password', { token: await secretOf(email), newPassword: PASSWORD });
    expect(reset.body).toEqual({ success: true, message: expect.any(String) });
    expect((await call('GET', '/auth/me', { token })).status).toBe(401);
    expect((await post('/auth/login', { email, password: PASSWORD })).status).toBe(200);
  });

  it('refuse 25 euro signs with a field problem', async () => {
    const long = { email: 'euro@example.com', password: '€'.repeat(25), gender: 'female', age: 29 };
    const { status, body } = await post('/auth/register', long);
    expect([status, body['code']]).toEqual([409, 'password-refused']);
    expect(body['errors']).toEqual([{ pointer: '/password', detail: expect.stringContaining('72 bytes') }]);
  });
});

describe('phones', () => {
  it('sign up, log in by password and by code, and reset the password', async () => {
    const phone = '+989121230001';
    const registered = await post('/auth/register/phone', { phone, password: PASSWORD, gender: 'male', age: 40 });
    const proof = { userId: registered.body['userId'], phone: '0912 123 0001', code: await secretOf(phone) };
    expect((await post('/auth/verify-phone', proof)).body).toMatchObject({ success: true });
    expect((await post('/auth/login/phone', { phone, password: PASSWORD })).body).toMatchObject({ user: { phone } });

    const clearPause = statement('', 'delete from identity.send_budgets');
    for (const [purpose, location] of [
      ['login', '/api/v1/auth/login/code'],
      ['reset', '/api/v1/auth/reset-password/phone'],
    ] as const) {
      await portico.owner.query(clearPause);
      const asked = await post('/auth/otp/request', { phone, purpose });
      expect([asked.status, asked.headers.get('location')]).toEqual([202, location]);
      expect(asked.body).toMatchObject({ success: true, expiresIn: 300, resendAfter: 60 });
      const again = await post('/auth/otp/request', { phone, purpose });
      expect([again.status, Number(again.headers.get('retry-after')) > 50]).toEqual([429, true]);
      const code = await secretOf(phone);
      const used =
        purpose === 'login'
          ? await post('/auth/login/code', { phone, code })
          : await post('/auth/reset-password/phone', { phone, code, newPassword: 'a quite different sentence' });
      expect(used.status).toBe(200);
    }
    expect((await post('/auth/login/phone', { phone, password: PASSWORD })).status).toBe(401);
  });

  it('move to the account that proves them, and only on request', async () => {
    const phone = '+989121230002';
    const [first, second] = [await signUp(), await signUp()];
    const change = async (person: Person, more: object = {}): Promise<Answer> => {
      await portico.owner.query(statement('', 'delete from identity.send_budgets'));
      expect((await post('/users/phone/code', { phone }, person.token)).status).toBe(202);
      const body = { phone, code: await secretOf(phone), ...more };
      return call('PUT', '/users/phone', { token: person.token, body });
    };
    expect((await change(first)).body).toMatchObject({ success: true, user: { phone } });
    const taken = await change(second);
    expect([taken.status, taken.body['code']]).toEqual([409, 'phone-taken']);
    expect((await change(second, { transfer: true })).body).toMatchObject({ user: { id: second.userId, phone } });
    expect((await call('GET', '/auth/me', { token: first.token })).status).toBe(401);
  });
});

describe('sessions', () => {
  it('give 20 renewals at once the same successor, and end for a token used before, for good', async () => {
    const { token, refreshToken } = await signUp();
    const renewals = await Promise.all(Array.from({ length: 20 }, () => post('/auth/refresh', { refreshToken })));
    const successors = new Set(renewals.map(({ body }) => String(body['refreshToken'])));
    expect([renewals.map(({ status }) => status).every((status) => status === 200), successors.size]).toEqual([
      true,
      1,
    ]);
    const [successor = ''] = successors;
    const next = await post('/auth/refresh', { refreshToken: successor });
    expect(next.status).toBe(200);
    const reused = await post('/auth/refresh', { refreshToken });
    expect([reused.status, reused.body['code']]).toEqual([401, 'session-ended']);
    expect((await post('/auth/refresh', { refreshToken: next.body['refreshToken'] })).status).toBe(401);
    expect((await call('GET', '/auth/me', { token })).status).toBe(401);
    expect((await call('GET', '/auth/me', { token: String(next.body['token']) })).status).toBe(401);
  });

  it('can be listed page by page, ended one by one, and only by their owner', async () => {
    const person = await signUp();
    const others = [await logIn(person.email), await logIn(person.email)];
    const listed: string[] = [];
    for (let cursor = ''; ;) {
      const page = await call('GET', `/sessions?limit=2${cursor}`, { token: person.token });
      for (const session of page.body['items'] as { id: string; current: boolean }[]) {
        expect(session.current).toBe(session.id === person.sessionId);
        listed.push(session.id);
      }
      if (page.body['nextCursor'] === null) break;
      cursor = `&cursor=${page.body['nextCursor'] as string}`;
    }
    expect(listed).toEqual([...others.map(({ sessionId }) => sessionId).reverse(), person.sessionId]);

    const [victim] = others;
    const stranger = await signUp();
    const path = `/sessions/${victim?.sessionId ?? ''}`;
    expect((await call('DELETE', path, { token: stranger.token })).status).toBe(404);
    expect((await call('DELETE', path, { token: person.token })).status).toBe(204);
    expect((await call('DELETE', path, { token: person.token })).status).toBe(404);
    expect((await call('GET', '/auth/me', { token: victim?.token ?? '' })).status).toBe(401);

    expect((await post('/auth/logout', undefined, person.token)).body).toMatchObject({ success: true });
    expect((await call('GET', '/auth/me', { token: person.token })).status).toBe(401);
    expect((await post('/auth/refresh', { refreshToken: person.refreshToken })).status).toBe(401);
  });

  it('are verified by anyone who reads the key set', async () => {
    const { token } = await signUp();
    const response = await portico.request('GET', '/.well-known/jwks.json');
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    const { keys } = (await response.json()) as { keys: { kid: string; alg: string }[] };
    const kid = jwt.decode(token, { complete: true })?.header.kid;
    const key = keys.find((candidate) => candidate.kid === kid);
    expect(keys).toHaveLength(2);
    expect(jwt.verify(token, createPublicKey({ key: { ...key }, format: 'jwk' }))).toMatchObject({
      aud: 'portico-api',
    });
  });

  it('refuse every bad token in the same words', async () => {
    const { token } = await signUp();
    const claims = jwt.decode(token) as object;
    const bad = [
      undefined,
      'nonsense',
      jwt.sign(claims, '', { algorithm: 'none' }),
      jwt.sign(claims, 'secret', { algorithm: 'HS256' }),
      `${token.slice(0, -4)}AAAA`,
    ];
    const answers = await Promise.all(
      bad.map((one) => call('GET', '/auth/me', one === undefined ? {} : { token: one })),
    );
    const shapes = answers.map(({ status, headers, body }) =>
      JSON.stringify([status, headers.get('www-authenticate'), { ...body, requestId: '' }]),
    );
    expect(new Set(shapes).size).toBe(1);
    expect(answers[0]?.status).toBe(401);
  });
});

describe('users, for admins', () => {
  it('are listed newest first, each once, while others sign up', async () => {
    const token = await logInAs('admin');
    const before = await portico.owner.query(statement<{ id: string }>('', 'select id from identity.users'));
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { status, body } = await call('GET', `/users?limit=7${cursor}`, { token });
      expect(status).toBe(200);
      seen.push(...(body['items'] as { id: string }[]).map(({ id }) => id));
      if (seen.length === 7) await signUp();
      if (body['nextCursor'] === null) break;
      cursor = `&cursor=${body['nextCursor'] as string}`;
    }
    expect([...seen].sort()).toEqual(before.map(({ id }) => id).sort());
    const admins = await call('GET', '/users?role=admin', { token });
    expect(admins.body['items']).toMatchObject([{ email: 'admin@portico.example' }]);
    const forged = await call('GET', '/users?role=staff&cursor=AAAA', { token });
    expect([forged.status, forged.body['code']]).toEqual([400, 'invalid-cursor']);
  });

  it('lose the role at the next request, and keep what every user may', async () => {
    const admin = await logInAs('admin');
    const person = await signUp();
    const path = `/users/${person.userId}`;
    const { headers } = await call('GET', path, { token: admin });
    const setRoles = (roles: string[], etag: string | null) =>
      call('PUT', `${path}/roles`, {
        token: admin,
        body: { roles },
        ...(etag ? { headers: { 'if-match': etag } } : {}),
      });
    expect((await setRoles(['user', 'admin'], null)).status).toBe(428);
    const promoted = await setRoles(['user', 'admin'], headers.get('etag'));
    expect(promoted.body).toMatchObject({ roles: ['admin', 'user'] });
    expect((await setRoles(['user'], headers.get('etag'))).status).toBe(412);

    const { token } = await logIn(person.email);
    expect((await call('GET', '/users?limit=1', { token })).status).toBe(200);
    expect((await setRoles(['user'], promoted.headers.get('etag'))).status).toBe(200);
    const refused = await call('GET', '/users?limit=1', { token });
    expect([refused.status, refused.body['code']]).toEqual([403, 'insufficient-scope']);
    expect((await call('GET', '/auth/me', { token })).status).toBe(200);
  });

  it.each(['user', 'staff'] as const)('are nothing for a %s', async (role) => {
    expect((await call('GET', '/users', { token: await logInAs(role) })).status).toBe(403);
  });
});

describe('known and unknown', () => {
  const shape = ({ status, headers, body }: Answer): string => {
    const names = [...headers.keys()].sort();
    return JSON.stringify([status, names, body, headers.get('content-length')], (key, value: unknown) =>
      key === 'userId' || key === 'requestId' ? 'id' : value,
    );
  };

  it.each([
    ['/auth/login', { password: 'not the right password' }],
    ['/auth/register', { password: PASSWORD, gender: 'female', age: 29 }],
    ['/auth/forgot-password', {}],
  ])('addresses get one answer from %s', async (path, more) => {
    const answers = [await signUp(), { email: `stranger${path.length}@example.com` }].map(async ({ email }) =>
      shape(await post(path, { email, ...more })),
    );
    expect(new Set(await Promise.all(answers)).size).toBe(1);
  });

  it.each([
    ['/auth/otp/request', { purpose: 'login' }],
    ['/auth/otp/request', { purpose: 'reset' }],
    ['/auth/login/phone', { password: 'not the right password' }],
    ['/auth/login/code', { code: '123456' }],
    ['/auth/verify-phone', { code: '123456', userId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90' }],
    ['/auth/reset-password/phone', { code: '123456', newPassword: 'a quite different sentence' }],
  ])('numbers get one answer from %s %j', async (path, more) => {
    await portico.owner.query(statement('', 'delete from identity.send_budgets'));
    // The first is a demo person's; nobody has the second.
    const answers = ['+989120000001', '+989129999999'].map(async (phone) =>
      shape(await post(path, { phone, ...more })),
    );
    expect(new Set(await Promise.all(answers)).size).toBe(1);
  });
});
