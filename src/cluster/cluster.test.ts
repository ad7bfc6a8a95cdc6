/** `portico api --processes 3` as its users start it: what one process promises must hold for the sum of several. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { statement } from '../database/transaction.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { request } from '../testing/http-server.ts';
import type { TestRequest } from '../testing/http-server.ts';
import { runPortico } from '../testing/portico-command.ts';
import type { PorticoCommand } from '../testing/portico-command.ts';
import { logInAs, processSecret, seedAccounts } from '../testing/seed.ts';
import { until } from '../testing/until.ts';

const minute = 60_000;
const processes = 3;
const open: PorticoCommand[] = [];

let database: TestDatabase;
let portico: PorticoCommand;
let url = '';
let staff = '';

beforeAll(async () => {
  database = await createTestDatabase();
  await seedAccounts(database, 1);
  portico = start();
  url = await portico.ready();
  staff = (await logInAs(url, 'staff')).token;
}, minute);

afterAll(async () => {
  for (const { child } of open) child.kill('SIGKILL');
  await Promise.all(open.map(({ exited }) => exited));
  await database.close();
});

/** A tenth of the usual quotas: 60 reads a minute. */
function start(settings: Readonly<Record<string, string>> = {}, count = processes): PorticoCommand {
  const command = runPortico(['api', '--processes', String(count)], {
    DATABASE_URL: database.url,
    PORTICO_SECRET: processSecret,
    PORT: '0',
    BCRYPT_COST: '4',
    RATE_LIMIT_FACTOR: '0.1',
    ...settings,
  });
  open.push(command);
  return command;
}

/** Over a connection of its own, so that the next request meets another process. */
const send = (method: string, path: string, init: TestRequest = {}) =>
  request(url, method, path, { ...init, headers: { ...init.headers, connection: 'close' } });

interface Line {
  readonly requestId?: string;
  readonly process?: number;
  readonly pid?: number;
  readonly message?: string;
}

const lines = (command = portico): Line[] =>
  command
    .out()
    .split('\n')
    .flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line) as Line] : []));

/** The process ids of those that serve, in order of their numbers. */
function pidsOf(command: PorticoCommand): number[] {
  const pids = new Map<number, number>();
  for (const { message, process: number, pid } of lines(command)) {
    if (message === 'a process serves' && number !== undefined && pid !== undefined) pids.set(number, pid);
  }
  return [...pids].sort(([a], [b]) => a - b).map(([, pid]) => pid);
}

/** The number of the process that gave this answer. */
async function processOf(answer: Response): Promise<number> {
  const id = answer.headers.get('x-request-id');
  return until(() => lines().find(({ requestId, message }) => requestId === id && message === 'request')?.process);
}

/** Asks until every process has answered, and gives the answers by its number. */
async function ofEveryProcess(ask: () => Promise<Response>): Promise<Map<number, Response>> {
  const answers = new Map<number, Response>();
  await until(async () => {
    const answer = await ask();
    answers.set(await processOf(answer), answer);
    return answers.size === processes;
  });
  return answers;
}

/** What /metrics says of a series. */
async function metric(series: string): Promise<number> {
  const text = await (await send('GET', '/metrics')).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length) ?? 0,
  );
}

const createCampaign = (key: string) =>
  send('POST', '/api/v1/bonus-campaigns', {
    token: staff,
    headers: { 'idempotency-key': key },
    body: { name: 'Twice', coins: 5, periodPolicy: 'once', messageTemplate: 'Yours: {coins}.', defaultRegion: 'IR' },
  });

const walletReads = 'portico_http_request_duration_seconds_count{operation="getWallet",class="read",status="200"}';

describe('several processes behind one port', () => {
  test('all serve, and each log line tells which', async () => {
    const answers = await ofEveryProcess(() => send('GET', '/api/v1/nowhere'));
    expect([...answers.keys()].sort()).toEqual([1, 2, 3]);
  });

  test('repeat the answer of one at another under its Idempotency-Key', async () => {
    const first = await createCampaign('k-1');
    const body = await first.text();
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([201, null]);
    const seen = new Set([await processOf(first)]);
    await until(async () => {
      const again = await createCampaign('k-1');
      expect([again.status, again.headers.get('idempotent-replayed'), await again.text()]).toEqual([201, 'true', body]);
      seen.add(await processOf(again));
      return seen.size > 1;
    });
    const together = await Promise.all(Array.from({ length: 4 }, () => createCampaign('k-2')));
    const created = together.filter(({ status }) => status === 201);
    expect(new Set(await Promise.all(created.map((answer) => answer.text()))).size).toBe(1);
    for (const { status } of together) expect([201, 409]).toContain(status);
  });

  test('grant exactly the quota in sum', async () => {
    const { token } = await logInAs(url, 'user');
    const answers = await Promise.all(Array.from({ length: 100 }, () => send('GET', '/api/v1/wallet', { token })));
    const granted = answers.filter(({ status }) => status === 200);
    expect(granted).toHaveLength(60);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40);
    expect(new Set(await Promise.all(granted.map(processOf))).size).toBe(processes);
    const left = granted.map((answer) => Number(/r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]));
    expect(Math.min(...left)).toBe(0);
  });

  test('add up their metrics', async () => {
    expect(await metric('portico_processes')).toBe(processes);
    const series = 'portico_rate_limited_total{operation="getWallet",policy="read"}';
    expect(await metric(series)).toBe(40);
    expect(await metric(walletReads)).toBe(60);
  });

  test('refuse a revoked session everywhere at once', async () => {
    const { token } = await logInAs(url, 'admin');
    const me = () => send('GET', '/api/v1/auth/me', { token });
    for (const { status } of (await ofEveryProcess(me)).values()) expect(status).toBe(200);
    expect((await send('POST', '/api/v1/auth/logout', { token })).status).toBe(200);
    const revoked = performance.now();
    await until(async () => [...(await ofEveryProcess(me)).values()].every(({ status }) => status === 401));
    expect(performance.now() - revoked).toBeLessThan(5_000);
  });

  test(
    'serve on while one is killed and replaced, and forget none of its counts',
    async () => {
      const before = await metric(walletReads);
      const pids = pidsOf(portico);
      expect(pids).toHaveLength(processes);
      process.kill(pids[0] as number, 'SIGKILL');
      await until(() =>
        lines().some(({ message, pid }) => pid === pids[0] && message?.includes('is replaced') === true),
      );
      for (let n = 0; n < 10; n += 1) expect((await send('GET', '/health/ready')).status).toBe(200);
      expect(await metric(walletReads)).toBe(before);
      await until(async () => (await metric('portico_processes')) === processes, minute);
      const now = pidsOf(portico);
      expect(now.filter((pid) => pids.includes(pid))).toHaveLength(processes - 1);
      expect((await ofEveryProcess(() => send('GET', '/api/v1/nowhere'))).size).toBe(processes);
    },
    minute,
  );

  test(
    'finish what they are doing when they are asked to stop',
    async () => {
      let letGo: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (letGo = resolve));
      const lock = statement('test.lock', 'lock table identity.users, identity.sessions in access exclusive mode');
      const waiting = statement<{ n: number }>(
        'test.waiting',
        `select count(*)::integer as n from pg_locks where not granted
         and database = (select oid from pg_database where datname = current_database())`,
      );
      const held = Promise.withResolvers<void>();
      const holding = database.owner.transaction(async (tx) => {
        await tx.query(lock);
        held.resolve();
        await gate;
      });
      await held.promise;
      const slow = Array.from({ length: 4 }, () => send('GET', '/api/v1/auth/me', { token: staff }));
      await until(async () => ((await database.owner.query(waiting))[0]?.n ?? 0) === 4);
      portico.child.kill('SIGTERM');
      await until(() =>
        send('GET', '/health/live').then(
          () => false,
          () => true,
        ),
      );
      expect(portico.child.exitCode).toBeNull();
      letGo();
      await holding;
      for (const { status } of await Promise.all(slow)) expect(status).toBe(200);
      expect(await portico.exited).toEqual({ code: 0, signal: null });
      expect(portico.err()).toBe('');
    },
    minute,
  );
});

describe('a supervisor', () => {
  test('tells how it is used', async () => {
    const wrong = runPortico(['api', '--processes', 'many'], {});
    expect(await wrong.exited).toEqual({ code: 2, signal: null });
    expect(wrong.err()).toBe(
      'portico api takes --processes with a number from 1 to 999, or auto; it was given "--processes many".\n',
    );
  });

  test(
    'tells once what is wrong with the surroundings, and gives up when none serves and none can be started',
    async () => {
      const command = start({}, 2);
      const taken = start({ PORT: new URL(await command.ready()).port }, 2);
      expect(await taken.exited).toEqual({ code: 1, signal: null });
      expect(taken.err()).toMatch(/^Port \d+ on 127\.0\.0\.1 is taken: [^\n]+\n$/);

      await database.owner.query(
        statement(
          'test.forget',
          'delete from platform.migrations where id = (select max(id) from platform.migrations)',
        ),
      );
      const pids = pidsOf(command);
      expect(pids).toHaveLength(2);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      expect(await command.exited).toEqual({ code: 1, signal: null });
      const messages = lines(command).map(({ message }) => message);
      expect(messages).toContain('no process serves, and none can be started: giving up');
      expect(command.err()).toContain('run "portico migrate" first');
    },
    2 * minute,
  );
});
