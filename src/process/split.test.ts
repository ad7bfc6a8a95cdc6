/**
 * Portico as several processes that host a context or two each, on one database: what one process can do, they can do
 * together, and one that is gone takes nothing with it but its own operations.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../contract/handlers.ts';
import { demoPhone } from '../shared/demo-phone.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { request } from '../testing/http-server.ts';
import { runPortico } from '../testing/portico-command.ts';
import type { PorticoCommand } from '../testing/portico-command.ts';
import { logInAs, processSecret, seedAccounts } from '../testing/seed.ts';
import { until } from '../testing/until.ts';

const minute = 60_000;
const people = 20;
const stranger = '+989351234567';

let database: TestDatabase;
const open: PorticoCommand[] = [];
/** Addresses by what is hosted there. */
const at = { identity: '', rewards: '', platform: '' };
const commands = new Map<string, PorticoCommand>();
let staff = '';
let admin = '';

function start(name: string, command: 'api' | 'worker', contexts: string): PorticoCommand {
  const started = runPortico([command], {
    DATABASE_URL: database.url,
    PORTICO_SECRET: processSecret,
    PUBLIC_URL: 'https://portico.example',
    PORTICO_CONTEXTS: contexts,
    PORT: '0',
    WORKER_PORT: '0',
    BCRYPT_COST: '4',
    RATE_LIMIT_FACTOR: '1000',
    STRICT_RESPONSES: 'true',
    RESPONSE_VALIDATION: '1',
    LOG_LEVEL: 'warn',
    ...(at.rewards === '' ? {} : { PORTICO_CONTEXT_URLS: `notifications=${at.rewards}` }),
  });
  open.push(started);
  commands.set(name, started);
  return started;
}

beforeAll(async () => {
  database = await createTestDatabase();
  await seedAccounts(database, people);
  at.rewards = await start('rewards', 'api', 'rewards,notifications').ready();
  const others = [
    start('identity', 'api', 'identity'),
    start('platform', 'api', 'platform'),
    start('worker', 'worker', 'identity,rewards,notifications,platform'),
  ];
  const [identity = '', platform = ''] = await Promise.all(others.map((process) => process.ready()));
  Object.assign(at, { identity, platform });
  staff = (await logInAs(identity, 'staff')).token;
  admin = (await logInAs(identity, 'admin')).token;
}, 2 * minute);

afterAll(async () => {
  for (const { child } of open) child.kill('SIGKILL');
  await Promise.all(open.map(({ exited }) => exited));
  await database.close();
});

async function json<Body>(answer: Promise<Response>, status: number): Promise<Body> {
  const { status: got } = await answer;
  const body = await (await answer).json();
  expect({ status: got, body }).toMatchObject({ status });
  return body as Body;
}

/** Asks a process to stop and waits until it is gone. */
async function stop(name: string): Promise<void> {
  const command = commands.get(name);
  command?.child.kill('SIGTERM');
  expect(await command?.exited).toEqual({ code: 0, signal: null });
  expect(command?.err()).toBe('');
}

const createCampaign = () =>
  json<Schema<'BonusCampaign'>>(
    request(at.rewards, 'POST', '/api/v1/bonus-campaigns', {
      token: staff,
      body: {
        name: 'Nowruz gift',
        coins: 50,
        periodPolicy: 'once',
        messageTemplate: 'You got {coins} coins.',
        defaultRegion: 'IR',
      },
    }),
    201,
  );

async function upload(phones: readonly string[]): Promise<Schema<'BonusImport'>> {
  const { id } = await createCampaign();
  const path = `/api/v1/bonus-campaigns/${id}/imports`;
  const init = { token: staff, headers: { 'content-type': 'text/csv' }, body: phones.join('\n') };
  return json(request(at.rewards, 'POST', path, init), 202);
}

const readImport = ({ id }: Schema<'BonusImport'>) =>
  json<Schema<'BonusImport'>>(request(at.rewards, 'GET', `/api/v1/bonus-imports/${id}`, { token: staff }), 200);

/** The newest text that the sandbox delivered there. */
async function inbox(phone: string): Promise<string | undefined> {
  const path = `/api/v1/sandbox/messages?limit=1&address=${encodeURIComponent(phone)}`;
  const page = await json<Schema<'SandboxMessagePage'>>(request(at.platform, 'GET', path, { token: admin }), 200);
  return page.items[0]?.text;
}

const balance = async (token: string) =>
  (await json<Schema<'Wallet'>>(request(at.rewards, 'GET', '/api/v1/wallet', { token }), 200)).balance;

describe('contexts in processes of their own', () => {
  test('turn a file into coins and messages', async () => {
    const { token } = await logInAs(at.identity, 'user');
    const created = await upload(Array.from({ length: people }, (_, n) => demoPhone(n)));
    const finished = await until(async () => {
      const now = await readImport(created);
      return now.status === 'finished' && now.messages.delivered === people && now;
    });
    expect(finished).toMatchObject({
      counts: { credited: people, pending: 0 },
      messages: { total: people, failed: 0 },
    });
    expect(await balance(token)).toBe(50);
    expect(await inbox(demoPhone(0))).toBe('You got 50 coins.');
  });

  test(
    'credit what waits for a phone as soon as its owner proves it elsewhere',
    async () => {
      const created = await upload([stranger]);
      await until(async () => (await readImport(created)).counts.pending === 1);
      const password = 'a password nobody else would take';
      const body = { phone: stranger, password, gender: 'female', age: 30 };
      const { userId } = await json<Schema<'RegistrationAccepted'>>(
        request(at.identity, 'POST', '/api/v1/auth/register/phone', { body }),
        200,
      );
      const code = await until(async () => /\d{6}/.exec((await inbox(stranger)) ?? '')?.[0]);
      await json(
        request(at.identity, 'POST', '/api/v1/auth/verify-phone', { body: { userId, phone: stranger, code } }),
        200,
      );
      const { token } = await json<Schema<'SessionTokens'>>(
        request(at.identity, 'POST', '/api/v1/auth/login/phone', { body: { phone: stranger, password } }),
        200,
      );
      await until(async () => (await balance(token)) === 50);
      expect(await readImport(created)).toMatchObject({ counts: { credited: 1, pending: 0 } });
    },
    minute,
  );

  test('ask each other what only the host can tell', async () => {
    const otp = { phone: demoPhone(3), purpose: 'login' };
    expect((await request(at.identity, 'POST', '/api/v1/auth/otp/request', { body: otp })).status).toBe(202);
    const asked = /_count\{operation="getSmsBudget",class="internal",status="200"\} (\d+)/;
    const metrics = await (await request(at.rewards, 'GET', '/metrics', {})).text();
    expect(Number(asked.exec(metrics)?.[1])).toBeGreaterThan(0);
  });

  test('refuse a session that ended in another process', async () => {
    const { token } = await logInAs(at.identity, 'user');
    expect(await balance(token)).toBe(50);
    await json(request(at.identity, 'POST', '/api/v1/auth/logout', { token }), 200);
    await until(async () => (await request(at.rewards, 'GET', '/api/v1/wallet', { token })).status === 401);
  });

  test('say 503 and not 404 for what another one hosts', async () => {
    const problem = await json(request(at.identity, 'GET', '/api/v1/wallet', { token: staff }), 503);
    expect(problem).toMatchObject({ code: 'unavailable' });
    for (const path of ['/openapi/rewards.json', '/openapi/platform.json'])
      expect((await request(at.identity, 'GET', path, {})).status).toBe(404);
    expect((await request(at.identity, 'GET', '/openapi/identity.json', {})).status).toBe(200);
  });

  test(
    'work on without those that are gone',
    async () => {
      const { token } = await logInAs(at.identity, 'user');
      await stop('worker');
      // Nobody runs jobs: everything that waits for one is taken in, and nothing is refused.
      const created = await upload([demoPhone(1)]);
      await stop('identity');
      // Nobody issues tokens: those that exist go on, also one that this process sees for the first time.
      expect(await balance(token)).toBe(50);
      expect(await readImport(created)).toMatchObject({ status: 'crediting', counts: { remaining: 1 } });
      expect((await request(at.rewards, 'GET', '/health/ready', {})).status).toBe(200);

      start('identity', 'api', 'identity');
      at.identity = (await commands.get('identity')?.ready()) ?? '';
      await stop('rewards');
      // Neither coins nor messages are served: logging in is, and a code is queued for whoever sends it later.
      await logInAs(at.identity, 'user');
      const otp = { phone: demoPhone(2), purpose: 'login' };
      expect((await request(at.identity, 'POST', '/api/v1/auth/otp/request', { body: otp })).status).toBe(202);

      start('worker', 'worker', 'identity,rewards,notifications,platform');
      await until(async () => /\d{6}/.test((await inbox(demoPhone(2))) ?? ''));
      start('rewards', 'api', 'rewards,notifications');
      at.rewards = (await commands.get('rewards')?.ready()) ?? '';
      await until(async () => (await readImport(created)).status === 'finished');
    },
    2 * minute,
  );
});
