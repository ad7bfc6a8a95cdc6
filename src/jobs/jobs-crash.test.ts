import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';
import { statement } from '../database/transaction.ts';
import { until } from '../testing/until.ts';
import { useQueue } from './jobs.fixture.ts';
import { bindTask, defineJob } from './queue.ts';
import type { JobRun } from './queue.ts';

const hang = defineJob<{ name: string }>('hang');

const queue = useQueue();
const doomed = new Set<ChildProcess>();
afterEach(() => {
  for (const child of doomed) child.kill('SIGKILL');
  doomed.clear();
});

/** Starts another process with a worker, waits until it is in the middle of a job of this name, and kills it. */
async function killInTheMiddleOf(name: string): Promise<void> {
  const child = spawn(
    process.execPath,
    [path.resolve(import.meta.dirname, '../testing/worker-process.ts'), queue.test.url],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  doomed.add(child);
  const gone = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    if (line === name) child.kill('SIGKILL');
  }
  expect(await gone).toEqual([null, 'SIGKILL']);
}

/** Looks for what dead workers left behind without waiting for more seconds than a test has. */
const eager = { recovery: { interval: 50, age: 0.5 } };

describe('A worker killed in the middle of a job', () => {
  it('leaves it locked, and adding the same key again runs it at once', async () => {
    await queue.add(hang, { name: 'a' }, { key: 'batch:a' });
    await killInTheMiddleOf('a');
    expect(await queue.list()).toMatchObject([{ key: 'batch:a', attempts: 1, locked: true }]);

    const done: JobRun[] = [];
    // Looks too seldom to help.
    await queue.start([bindTask(hang, async (_payload, run) => void done.push(run))], { recovery: { age: 3_600 } });
    await queue.add(hang, { name: 'a' }, { key: 'batch:a' });
    await until(() => done.length > 0);
    expect(done).toMatchObject([{ attempt: 1 }]);
    await until(async () => (await queue.list()).every(({ locked, key }) => locked && key === null));
  });

  it('leaves it to the next look of any living process, which runs it as the next attempt', async () => {
    const done: JobRun[] = [];
    const living = await queue.start([bindTask(hang, async (_payload, run) => void done.push(run))], eager);
    await living.stop();
    await queue.add(hang, { name: 'b' });
    await killInTheMiddleOf('b');
    await queue.start([bindTask(hang, async (_payload, run) => void done.push(run))], eager);
    await until(async () => (await queue.list()).length === 0);
    expect(done).toMatchObject([{ attempt: 2 }]);
    expect(await queue.deadLetters()).toEqual([]);
  });

  it('makes a dead letter of it when that was the last attempt', async () => {
    await queue.add(hang, { name: 'poison' }, { maxAttempts: 1, key: 'k' });
    await killInTheMiddleOf('poison');
    await queue.start([bindTask(hang, async () => undefined)], eager);
    await until(async () => (await queue.list()).length === 0);
    expect(await queue.deadLetters()).toMatchObject([
      { task: 'hang', ref: 'k', payload: { name: 'poison' }, attempts: 1, reason: expect.stringContaining('died') },
    ]);
  });

  it('is told from one that lives, however long its job takes', async () => {
    let runs = 0;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const binding = bindTask(hang, async () => {
      runs += 1;
      await ended;
    });
    await queue.start([binding], eager);
    await queue.add(hang, { name: 'long' });
    const old = statement(
      'test.old',
      `select 1 from graphile_worker.jobs where locked_at < now() - interval '0.6 seconds'`,
    );
    await until(async () => (await queue.test.owner.query(old)).length === 1);
    const looker = await queue.start([binding], eager);
    await looker.stop();
    expect(await queue.list()).toMatchObject([{ locked: true, attempts: 1 }]);
    end();
    await until(async () => (await queue.list()).length === 0);
    expect(runs).toBe(1);
  });
});

const breakAll = statement(
  'test.break_all',
  `select pg_terminate_backend(pid) from pg_stat_activity
   where datname = current_database() and pid <> pg_backend_pid() and application_name in ('test jobs', 'test portico_app')`,
);

describe('A lost connection', () => {
  it('loses no job, runs none for ever and ends no worker', async () => {
    const greet = defineJob<{ n: number }>('greet');
    const greeted = new Set<number>();
    let atGate = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const binding = bindTask(greet, async ({ n }) => {
      atGate += 1;
      await gate;
      greeted.add(n);
    });
    await queue.start([binding], { ...eager, concurrency: 3 });
    for (let n = 0; n < 20; n += 1) await queue.add(greet, { n });
    await until(() => atGate === 3);
    await queue.test.owner.query(breakAll);
    open();
    await until(() => greeted.size === 20);
    await until(async () => (await queue.list()).length === 0);
  });
});

describe('A stopping runner', () => {
  it('lets a running job end within the grace and takes no other', async () => {
    let started = 0;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const done: string[] = [];
    const runner = await queue.start(
      [
        bindTask(hang, async ({ name }) => {
          started += 1;
          await ended;
          done.push(name);
        }),
      ],
      { concurrency: 1 },
    );
    await queue.add(hang, { name: 'first' });
    await queue.add(hang, { name: 'second' });
    await until(() => started === 1);
    const stopped = runner.stop();
    end();
    await stopped;
    expect(done).toEqual(['first']);
    expect(await queue.list()).toMatchObject([{ attempts: 0, locked: false }]);
  });

  it('aborts a job that exceeds the grace and puts it back without using up an attempt', async () => {
    let attempt = 0;
    const runner = await queue.start(
      [
        bindTask(hang, async (_payload, run) => {
          attempt = run.attempt;
          await new Promise((_resolve, reject) =>
            run.signal.addEventListener('abort', () => reject(new Error('stop'))),
          );
        }),
      ],
      { grace: 20 },
    );
    await queue.add(hang, { name: 'long' }, { key: 'k', maxAttempts: 1 });
    await until(() => attempt === 1);
    await runner.stop();
    expect(await queue.list()).toMatchObject([{ key: 'k', attempts: 0, maxAttempts: 1, locked: false }]);
    expect(await queue.deadLetters()).toEqual([]);
    const done: JobRun[] = [];
    await queue.runDue([bindTask(hang, async (_payload, run) => void done.push(run))]);
    expect(done).toMatchObject([{ attempt: 1 }]);
  });

  it('leaves a job behind that does not hear its signal, and puts it back too', async () => {
    let running = false;
    const runner = await queue.start(
      [
        bindTask(hang, async () => {
          running = true;
          await new Promise(() => undefined);
        }),
      ],
      { grace: 20, patience: 20 },
    );
    await queue.add(hang, { name: 'deaf' });
    await until(() => running);
    await runner.stop();
    expect(await queue.list()).toMatchObject([{ attempts: 0, locked: false }]);
  });
});
