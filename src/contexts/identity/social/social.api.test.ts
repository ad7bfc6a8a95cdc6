/** Logs in at a real provider of OpenID Connect, all the way over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { demoAccounts } from '../index.ts';
import { seedMembers } from '../../rewards/index.ts';
import { startPortico } from '../../../testing/portico.ts';
import type { TestPortico } from '../../../testing/portico.ts';
import { CLIENT, startOidcServer } from './oidc-server.fixture.ts';
import type { Claims, OidcServer } from './oidc-server.fixture.ts';

const BACK = 'http://localhost:3000/social-login';
let server: OidcServer;
let portico: TestPortico;

beforeAll(async () => {
  server = await startOidcServer(BACK);
  portico = await startPortico({
    environment: {
      SOCIAL_PROVIDERS: 'acme-id',
      SOCIAL_ACME_ID_ISSUER: server.issuer,
      SOCIAL_ACME_ID_TITLE: 'Acme',
      SOCIAL_ACME_ID_CLIENT_ID: CLIENT.id,
      SOCIAL_ACME_ID_CLIENT_SECRET: CLIENT.secret,
      SOCIAL_REDIRECT_URIS: BACK,
      SOCIAL_TRUSTED_PHONES: 'acme-id',
      SOCIAL_TRUSTED_EMAILS: 'acme-id',
    },
  });
  const { database, identity } = portico.portico;
  await database.transaction(async (tx) => seedMembers(tx, await identity.seedDemo(tx, { people: 0 })));
}, 120_000);
afterAll(async () => {
  await portico.close();
  await server.close();
});

interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly body: Record<string, unknown> & { readonly code?: string; readonly user?: Record<string, unknown> };
}

async function post(path: string, body: object, token?: string): Promise<Answer> {
  const answer = await portico.request('POST', path, { body, ...(token === undefined ? {} : { token }) });
  const location = answer.headers.get('location');
  return { status: answer.status, location, body: (await answer.json()) as Answer['body'] };
}

interface Way {
  readonly ticket: string;
  readonly state: string;
  readonly code: string;
  readonly issuer: string;
}

/** To the provider and back. @param change what somebody does to the address on the way */
async function leave(subject: string, change: (url: URL) => void = () => undefined): Promise<Way> {
  const { body } = await post('/api/v1/auth/social/start', { provider: 'acme-id', loginHint: subject });
  const url = new URL(String(body['authorizationUrl']));
  change(url);
  const back = (await server.browse(url.href)).searchParams;
  const of = (name: string): string => back.get(name) ?? '';
  return { ticket: String(body['ticket']), state: of('state'), code: of('code'), issuer: of('iss') };
}

const complete = (way: Way): Promise<Answer> => post('/api/v1/auth/social/complete', way);

let made = 0;
/** @returns their subject */
function newPerson(claims: Claims): string {
  const subject = `acme|${(made += 1)}`;
  server.people.set(subject, claims);
  return subject;
}

const profile = { gender: 'female', age: 29 };
const refused = { status: 401, body: { code: 'social-login-refused' } };

test('the provider is offered', async () => {
  const answer = await portico.request('GET', '/api/v1/auth/social/providers');
  expect(await answer.json()).toEqual({ providers: [{ name: 'acme-id', title: 'Acme' }] });
});

test('a verified number signs up without a code, claims the bonus that waits for it, and logs in from then on', async () => {
  const staff = await portico.logIn('staff@portico.example', 'portico-demo-staff');
  const campaign = { name: 'Nowruz', coins: 50, periodPolicy: 'once', messageTemplate: '{coins}', defaultRegion: 'IR' };
  const { body: created } = await post('/api/v1/bonus-campaigns', campaign, staff);
  await portico.request('POST', `/api/v1/bonus-campaigns/${String(created['id'])}/imports`, {
    ...{ token: staff, headers: { 'content-type': 'text/csv' }, body: 'phone\n09017770001\n' },
  });
  await portico.runJobs();

  const claims = {
    email: 'Nika@Acme.example',
    email_verified: true,
    phone_number: '+98 901 777 0001',
    phone_number_verified: true,
  };
  const subject = newPerson(claims);
  const step = await complete(await leave(subject));
  expect(step).toMatchObject({
    ...{ status: 202, location: '/api/v1/auth/social/register' },
    body: { step: 'registration', phone: '+989017770001', phoneRequired: false },
  });
  const signedUp = await post('/api/v1/auth/social/register', { challenge: step.body['challenge'], ...profile });
  expect(signedUp).toMatchObject({
    status: 200,
    body: { user: { email: 'nika@acme.example', phone: '+989017770001' } },
  });
  await portico.runJobs();
  const wallet = await portico.request('GET', '/api/v1/wallet', { token: String(signedUp.body['token']) });
  expect(await wallet.json()).toMatchObject({ balance: 50 });

  server.people.set(subject, {});
  const again = await complete(await leave(subject));
  expect(again).toMatchObject({ status: 200, body: { user: { id: signedUp.body.user?.['id'] } } });
});

test('a number that is not verified is asked for a code, by SMS', async () => {
  const phone = '+989017770002';
  const step = await complete(await leave(newPerson({ phone_number: phone, phone_number_verified: false })));
  const { challenge } = step.body;
  expect(step.body).toMatchObject({ step: 'registration', phone, phoneRequired: true });
  expect(await post('/api/v1/auth/social/register', { challenge, ...profile })).toMatchObject({
    ...{ status: 409, body: { code: 'phone-required' } },
  });
  expect((await post('/api/v1/auth/social/code', { challenge, phone: '0901 777 0002' })).status).toBe(202);
  await portico.runJobs();
  const path = `/api/v1/sandbox/messages?limit=1&address=${encodeURIComponent(phone)}`;
  const inbox = await portico.request('GET', path, { token: portico.tokenFor('staff') });
  const { items } = (await inbox.json()) as { items: { text: string }[] };
  const code = /\b\d{6}\b/.exec(items[0]?.text ?? '')?.[0];
  const signedUp = await post('/api/v1/auth/social/register', { challenge, ...profile, phone, code });
  expect(signedUp).toMatchObject({ status: 200, body: { user: { phone } } });
});

test('an account is linked by an address that both sides have proven, and by no other', async () => {
  const user = demoAccounts.find(({ role }) => role === 'user');
  const unverified = await complete(await leave(newPerson({ email: user?.email, email_verified: false })));
  expect(unverified.body).toMatchObject({ step: 'registration', phoneRequired: true });
  const subject = newPerson({ email: user?.email, email_verified: true });
  expect(await complete(await leave(subject))).toMatchObject({ status: 200, body: { user: { email: user?.email } } });
  const staff = await complete(await leave(newPerson({ email: 'staff@portico.example', email_verified: true })));
  expect(staff).toMatchObject({ status: 202, location: '/api/v1/social-identities', body: { step: 'link' } });
  const token = await portico.logIn('staff@portico.example', 'portico-demo-staff');
  const linked = await post('/api/v1/social-identities', { challenge: staff.body['challenge'] }, token);
  expect(linked).toMatchObject({ status: 201, location: `/api/v1/social-identities/${String(linked.body['id'])}` });
});

describe('is refused, always alike:', () => {
  test('a state that was used', async () => {
    const way = await leave(newPerson({}));
    const answers = await Promise.all([1, 2, 3, 4].map(() => complete(way)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 401, 401, 401]);
    expect(answers.find(({ status }) => status === 401)).toMatchObject(refused);
  });

  test('a code that was used, under a new state', async () => {
    const way = await leave(newPerson({}));
    expect((await complete(way)).status).toBe(202);
    const next = await leave(newPerson({}));
    expect(await complete({ ...next, code: way.code })).toMatchObject(refused);
  });

  test('a forged state, and the ticket of another log-in', async () => {
    const [way, other] = [await leave(newPerson({})), await leave(newPerson({}))];
    expect(await complete({ ...way, state: 'A'.repeat(43) })).toMatchObject(refused);
    expect(await complete({ ...way, ticket: other.ticket })).toMatchObject(refused);
    expect(await complete({ ...way, code: other.code })).toMatchObject(refused);
  });

  test('an ID token with another nonce', async () => {
    const way = await leave(newPerson({}), (url) => url.searchParams.set('nonce', 'of-somebody-else'));
    expect(await complete(way)).toMatchObject(refused);
  });

  test('a code for another verifier', async () => {
    const way = await leave(newPerson({}), (url) => url.searchParams.set('code_challenge', 'A'.repeat(43)));
    expect(await complete(way)).toMatchObject(refused);
  });

  test('an answer of another issuer', async () => {
    const way = await leave(newPerson({}));
    expect(await complete({ ...way, issuer: 'https://elsewhere.example' })).toMatchObject(refused);
  });
});

test('no code, state, token or secret reaches the log', async () => {
  const way = await leave(newPerson({ email: 'logged@acme.example', email_verified: true }));
  await complete({ ...way, code: `${way.code}x` });
  const log = JSON.stringify(portico.lines);
  for (const secret of [way.code, way.state, way.ticket, CLIENT.secret, 'logged@acme.example']) {
    expect(log).not.toContain(secret);
  }
});
