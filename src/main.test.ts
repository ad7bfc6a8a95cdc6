import { once } from 'node:events';
import { existsSync, mkdtempSync, chmodSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { statement } from './database/transaction.ts';
import { startEmbeddedPostgres } from './database/embedded.ts';
import { readConfig } from './config.ts';
import { stopLimit } from './process/stopping.ts';
import { createTestDatabase } from './testing/database.ts';
import type { TestDatabase } from './testing/database.ts';
import { runPortico } from './testing/portico-command.ts';
import type { PorticoCommand } from './testing/portico-command.ts';
import { until } from './testing/until.ts';

const quick = { PORT: '0', BCRYPT_COST: '4', LOG_LEVEL: 'warn' };
const secret = 'a secret that only tests may know, 32+';
const minute = 60_000;
const wrapper = path.resolve(import.meta.dirname, '../bin/portico.js');

let base = '';
const running = new Set<PorticoCommand>();

beforeAll(() => {
  base = mkdtempSync(path.join(tmpdir(), 'portico-main-'));
  chmodSync(base, 0o711);
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all([...running].map(({ exited }) => exited));
  running.clear();
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function run(args: readonly string[], settings: Readonly<Record<string, string>>): PorticoCommand {
  const command = runPortico(args, { ...quick, ...settings });
  running.add(command);
  return command;
}

/** Runs it to its end. */
async function refusal(args: readonly string[], settings: Readonly<Record<string, string>>): Promise<object> {
  const command = run(args, settings);
  const { code } = await command.exited;
  return { code, out: command.out(), err: command.err() };
}

const end = async (command: PorticoCommand, signal: NodeJS.Signals): Promise<object> => {
  command.child.kill(signal);
  return command.exited;
};

async function takenPort(): Promise<{ readonly port: string; free(): void }> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  return { port: String((holder.address() as AddressInfo).port), free: () => void holder.close() };
}

describe('portico start, with nothing but a folder', () => {
  let data = '';
  let token = '';
  beforeAll(() => {
    data = path.join(base, 'data');
  });

  it(
    'brings everything up in seconds, says where it is, and ends cleanly at Ctrl-C',
    async () => {
      const begun = performance.now();
      const portico = run(['start'], { PORTICO_DATA: data });
      const url = await portico.ready();
      // Generous: a busy machine is no defect. On two idle cores it takes about three seconds.
      expect(performance.now() - begun).toBeLessThan(30_000);
      expect(portico.out()).toContain(`Swagger UI  ${url}/docs`);
      expect(portico.out()).toContain(`Health      ${url}/health/ready`);
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      expect((await fetch(`${url}/docs`)).status).toBe(200);

      const [, email = '', password = ''] = /staff +(\S+@\S+) +(\S+)/.exec(portico.out()) ?? [];
      const login = await fetch(`${url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, password }),
      });
      token = ((await login.json()) as { token: string }).token;

      expect(await end(portico, 'SIGINT')).toEqual({ code: 0, signal: null });
      expect(portico.err()).toBe('');
      for (const left of ['portico.pid', 'postgres/postmaster.pid'])
        expect(existsSync(path.join(data, left))).toBe(false);
    },
    minute,
  );

  it(
    'finds its data and its secret again, takes an echoed signal for one, and shares its folder with nobody',
    async () => {
      const portico = run(['start'], { PORTICO_DATA: data });
      const url = await portico.ready();
      const me = await fetch(`${url}/api/v1/auth/me`, { headers: { Authorization: `Bearer ${token}` } });
      expect(me.status).toBe(200);
      expect(await refusal(['start'], { PORTICO_DATA: data })).toEqual({
        code: 1,
        out: '',
        err: `Portico already runs on ${data} (process ${portico.child.pid}): stop it first, or set PORTICO_DATA to another folder.\n`,
      });
      portico.child.kill('SIGINT');
      expect(await end(portico, 'SIGINT')).toEqual({ code: 0, signal: null });
    },
    minute,
  );

  it(
    'says that its port is taken, and stops the database it has started',
    async () => {
      const { port, free } = await takenPort();
      const told = await refusal(['start'], { PORTICO_DATA: data, PORT: port });
      free();
      expect(told).toEqual({
        code: 1,
        out: '',
        err: `Port ${port} on 127.0.0.1 is taken: stop what uses it, or set PORT to another.\n`,
      });
      expect(existsSync(path.join(data, 'postgres/postmaster.pid'))).toBe(false);
    },
    minute,
  );

  it('says that its folder is not writable', async () => {
    const file = path.join(base, 'file');
    writeFileSync(file, '');
    expect(await refusal(['start'], { PORTICO_DATA: path.join(file, 'data') })).toEqual({
      code: 1,
      out: '',
      err: `The data folder ${file}/data is not writable: give this user the right to write there, or set PORTICO_DATA to another folder.\n`,
    });
  });

  it(
    'starts from whatever Node comes first on the PATH, and passes signals on',
    async () => {
      const PATH = (process.env['PATH'] ?? '')
        .split(':')
        .filter((folder) => !folder.includes('node_modules'))
        .join(':');
      const portico = runPortico(['start'], { ...quick, PATH, PORTICO_DATA: data }, ['node', wrapper]);
      running.add(portico);
      const url = await portico.ready();
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
      expect(await end(portico, 'SIGTERM')).toEqual({ code: 0, signal: null });
      expect(existsSync(path.join(data, 'portico.pid'))).toBe(false);
      const help = runPortico(['--help'], { PATH }, ['node', wrapper]);
      expect(await help.exited).toEqual({ code: 0, signal: null });
      expect(help.out()).toContain('start      everything in one process');
    },
    minute,
  );

  it('refuses what it does not know', async () => {
    expect(await refusal(['strat'], {})).toMatchObject({
      code: 2,
      err: expect.stringContaining('has no command "strat"'),
    });
    expect(await refusal(['start', '--port=1'], { PORTICO_DATA: data })).toEqual({
      code: 2,
      out: '',
      err: 'portico start takes no arguments, but was given "--port=1": settings come from the environment (docs/configuration.md).\n',
    });
  });

  it('names a setting that does not exist', async () => {
    expect(await refusal(['start'], { PORTICO_DATE: data })).toEqual({
      code: 2,
      out: '',
      err: 'Wrong configuration: PORTICO_DATE is no setting of Portico: correct its spelling or remove it.\n',
    });
  });
});

describe('portico, with a given database', () => {
  let test: TestDatabase;
  let settings: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    test = await createTestDatabase();
    settings = { DATABASE_URL: test.url, PORTICO_SECRET: secret, DRAIN_DELAY_SECONDS: '1' };
  });
  afterAll(() => test.close());

  it('says that the database is not there', async () => {
    const { port, free } = await takenPort();
    free();
    const url = `postgresql://app:hidden@127.0.0.1:${port}/portico`;
    expect(await refusal(['start'], { ...settings, DATABASE_URL: url })).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^[^\n]*127\.0\.0\.1:\d+[^\n]*\.\n$/),
    });
  });

  it(
    'says which migration stopped half-way',
    async () => {
      const unfinish = statement<{ name: string }>(
        'test.unfinish',
        `update platform.migration_runs set finished_at = case when $1 then clock_timestamp() end
       where name = (select max(name) from platform.migration_runs) returning name`,
      );
      const [half] = await test.owner.query(unfinish, [false]);
      expect(await refusal(['start'], settings)).toEqual({
        code: 1,
        out: '',
        err: expect.stringMatching(new RegExp(`^Migration ${half?.name} stopped half-way: [^\n]+\n$`)),
      });
      await test.owner.query(unfinish, [true]);
    },
    minute,
  );

  /** Holds a lock that `GET /auth/me` and the job `deleteExpiredIdentity` wait for. */
  async function holdUp(): Promise<{ waiting(): Promise<number>; letGo(): Promise<void> }> {
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let held: () => void = () => undefined;
    const holding = new Promise<void>((resolve) => (held = resolve));
    const lock = statement('test.lock', 'lock table identity.users, identity.sessions in access exclusive mode');
    const transaction = test.owner.transaction(async (tx) => {
      await tx.query(lock);
      held();
      await gate;
    });
    await holding;
    const count = statement<{ n: number }>(
      'test.waiting',
      `select count(distinct pid) as n from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`,
    );
    return {
      waiting: async () => (await test.owner.query(count))[0]?.n ?? 0,
      letGo: async () => {
        letGo();
        await transaction;
      },
    };
  }

  const enqueueJob = statement(
    'test.enqueue',
    `select platform.enqueue_job('deleteExpiredIdentity', '{}'::json, null, null, 8, 0)`,
  );
  const jobs = statement<{ attempts: number }>(
    'test.jobs',
    `select attempts::integer from graphile_worker.jobs where task_identifier = 'deleteExpiredIdentity'`,
  );

  /** A running process in the middle of a request and a job. */
  async function busy(): Promise<{
    readonly portico: PorticoCommand;
    readonly url: string;
    readonly request: Promise<Response>;
    readonly letGo: () => Promise<void>;
  }> {
    const portico = run(['start'], { ...settings, PORTICO_DEMO: 'true' });
    const url = await portico.ready();
    const [, email = '', password = ''] = /staff +(\S+@\S+) +(\S+)/.exec(portico.out()) ?? [];
    const login = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    const { token } = (await login.json()) as { token: string };
    const { waiting, letGo } = await holdUp();
    await test.owner.query(enqueueJob);
    await until(async () => (await waiting()) === 1);
    const request = fetch(`${url}/api/v1/auth/me`, { headers: { Authorization: `Bearer ${token}` } });
    // Whoever waits for it hears of a failure.
    request.catch(() => undefined);
    await until(async () => (await waiting()) === 2);
    return { portico, url, request, letGo };
  }

  it(
    'loses neither a request nor a job when it is asked to stop',
    async () => {
      const { portico, url, request, letGo } = await busy();
      portico.child.kill('SIGTERM');
      await until(async () => (await fetch(`${url}/health/ready`)).status === 503);
      await until(() =>
        fetch(`${url}/health/live`).then(
          () => false,
          () => true,
        ),
      );
      expect(portico.child.exitCode).toBeNull();
      await letGo();
      const answer = await request;
      expect([answer.status, answer.headers.get('Connection')]).toEqual([200, 'close']);
      expect(await portico.exited).toEqual({ code: 0, signal: null });
      expect(await test.owner.query(jobs)).toEqual([]);
    },
    minute,
  );

  it(
    'lets operators probe a worker, until its last job has ended',
    async () => {
      const portico = run(['worker'], { ...settings, WORKER_PORT: '0', METRICS_TOKEN: 'for the scraper' });
      const url = await portico.ready();
      for (const path of ['/health/live', '/health/ready', '/health/startup'])
        expect((await fetch(url + path)).status).toBe(200);
      expect((await fetch(`${url}/metrics`)).status).toBe(401);
      const metrics = await fetch(`${url}/metrics`, { headers: { Authorization: 'Bearer for the scraper' } });
      expect(await metrics.text()).toContain('portico_pool_waiting{pool="jobs"} 0');
      for (const path of ['/docs', '/api/v1/wallet']) expect((await fetch(url + path)).status).toBe(404);

      const { waiting, letGo } = await holdUp();
      await test.owner.query(enqueueJob);
      await until(async () => (await waiting()) === 1);
      portico.child.kill('SIGTERM');
      await until(async () => (await fetch(`${url}/health/ready`)).status === 503);
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
      await letGo();
      expect(await portico.exited).toEqual({ code: 0, signal: null });
      expect(await test.owner.query(jobs)).toEqual([]);
    },
    minute,
  );

  it(
    'ends at once at a second signal, and the job is there for the next process',
    async () => {
      const { portico, url, request, letGo } = await busy();
      portico.child.kill('SIGTERM');
      const asked = performance.now();
      await until(async () => (await fetch(`${url}/health/ready`)).status === 503);
      // Sooner it would count as an echo of the first.
      await until(() => performance.now() - asked > 400);
      expect(await end(portico, 'SIGTERM')).toEqual({ code: 130, signal: null });
      await expect(request).rejects.toThrow();
      await letGo();
      expect(await test.owner.query(jobs)).toEqual([{ attempts: 1 }]);
    },
    minute,
  );

  it(
    'stops in order although the database is gone',
    async () => {
      const server = await startEmbeddedPostgres({ directory: path.join(base, 'given'), settings: { fsync: 'off' } });
      const portico = run(['start'], { ...settings, DATABASE_URL: server.url });
      await portico.ready();
      await server.stop();
      expect(await end(portico, 'SIGTERM')).toEqual({ code: 0, signal: null });
      expect(portico.err()).toBe('');
    },
    minute,
  );
});

describe('A stop', () => {
  it('takes less than the 45 seconds that a pod is given', () => {
    expect(stopLimit(readConfig({ DRAIN_DELAY_SECONDS: '10' }))).toBeLessThan(45_000);
  });
});
