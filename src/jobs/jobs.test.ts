import { describe, expect, it, jest } from '@jest/globals';
import { statement } from '../database/transaction.ts';
import { correlation, withCorrelation } from '../telemetry/correlation.ts';
import { until } from '../testing/until.ts';
import { redriveDeadLetters } from './dead-letters.ts';
import { enqueue } from './enqueue.ts';
import { createPublish } from './events.ts';
import { useQueue } from './jobs.fixture.ts';
import type { JobRun } from './queue.ts';
import { bindTask, defineJob } from './queue.ts';

const greet = defineJob<{ name: string }>('greet');

/** A gate that tasks wait at. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

const queue = useQueue();

describe('Enqueueing', () => {
  it('adds the job if and only if the transaction commits', async () => {
    const { database } = queue.test;
    await expect(
      database.transaction(async (tx) => {
        await enqueue(tx, greet, { name: 'nobody' });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await queue.list()).toEqual([]);
    await queue.add(greet, { name: 'Ada' });
    expect(await queue.list()).toMatchObject([{ task: 'greet', key: null, attempts: 0, maxAttempts: 8 }]);
  });

  it('keeps one waiting job per key, with the last payload', async () => {
    await queue.add(greet, { name: 'first' }, { key: 'k' });
    await queue.add(greet, { name: 'second' }, { key: 'k' });
    const greeted: string[] = [];
    await queue.runDue([bindTask(greet, async ({ name }) => void greeted.push(name))]);
    expect(greeted).toEqual(['second']);
  });

  it('puts a fresh job beside the one that is being taken in the same moment', async () => {
    await queue.add(greet, { name: 'first' }, { key: 'k' });
    const taking = await queue.ownerPool().connect();
    await taking.query('begin');
    await taking.query(`update graphile_worker._private_jobs set attempts = 1, locked_at = now(), locked_by = 'x'`);
    const { owner } = queue.test;
    const added = queue.add(greet, { name: 'second' }, { key: 'k' });
    await until(async () => {
      const waiting = statement<{ n: number }>(
        'test.waiting',
        'select count(*) as n from pg_locks where not granted and database is null',
      );
      return ((await owner.query(waiting))[0]?.n ?? 0) > 0;
    });
    await taking.query('commit');
    taking.release();
    await added;
    expect(await queue.list()).toMatchObject([
      { key: null, locked: true },
      { key: 'k', attempts: 0, locked: false },
    ]);
  });

  it('hands the ids of the request on to the job, and from job to job', async () => {
    const reply = defineJob<{ name: string }>('reply');
    const heard: string[] = [];
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await withCorrelation(
      { requestId: 'r', correlationId: 'the-cause', traceparent: `00-${trace}-b7ad6b7169203331-00` },
      () => queue.add(greet, { name: 'Ada' }),
    );
    await queue.runDue([
      bindTask(greet, async ({ name }, run) => {
        heard.push(run.correlationId);
        await queue.add(reply, { name });
      }),
      bindTask(reply, async (_payload, run) => {
        heard.push(run.correlationId, correlation()?.traceparent.slice(3, 35) ?? '');
      }),
    ]);
    expect(heard).toEqual(['the-cause', 'the-cause', trace]);
  });
});

describe('An event', () => {
  it('becomes one job per subscriber, in the transaction of the fact', async () => {
    const event = { userId: 'u', phone: '+989121234567', verifiedAt: '2026-01-01T00:00:00Z' };
    const credit = defineJob<typeof event>('creditPending');
    const welcome = defineJob<typeof event>('welcome');
    const publish = createPublish(() => [
      { 'user.phone_verified': [credit] },
      {},
      { 'user.phone_verified': [welcome] },
    ]);
    const { database } = queue.test;
    await expect(
      database.transaction(async (tx) => {
        await publish(tx, 'user.phone_verified', event);
        throw new Error('the fact did not happen');
      }),
    ).rejects.toThrow();
    expect(await queue.list()).toEqual([]);
    await database.transaction((tx) => publish(tx, 'user.phone_verified', event));
    expect((await queue.list()).map(({ task }) => task)).toEqual(['creditPending', 'welcome']);
    const told: unknown[] = [];
    const hear = async (payload: typeof event): Promise<void> => void told.push(payload);
    await queue.runDue([bindTask(credit, hear), bindTask(welcome, hear)]);
    expect(told).toEqual([event, event]);
  });
});

describe('A failing job', () => {
  it('is tried again and ends as a dead letter with its reason, while later jobs go on', async () => {
    const attempts: number[] = [];
    const greeted: string[] = [];
    const binding = bindTask(greet, async ({ name }, run: JobRun) => {
      if (name !== 'poison') return void greeted.push(name);
      attempts.push(run.attempt);
      throw new TypeError('no greeting for +989121234567\0');
    });
    await queue.add(greet, { name: 'poison' }, { key: 'greet:poison', maxAttempts: 3 });
    await queue.add(greet, { name: 'Ada' });
    await queue.runDue([binding]);
    expect(greeted).toEqual(['Ada']);
    expect(await queue.list()).toMatchObject([{ key: 'greet:poison', attempts: 1 }]);
    expect(await queue.deadLetters()).toEqual([]);

    await queue.makeDue();
    await queue.runDue([binding]);
    await queue.makeDue();
    await queue.runDue([binding]);
    expect(attempts).toEqual([1, 2, 3]);
    expect(await queue.list()).toEqual([]);
    expect(await queue.deadLetters()).toMatchObject([
      {
        task: 'greet',
        ref: 'greet:poison',
        reason: 'TypeError: no greeting for +***4567',
        payload: { name: 'poison' },
        attempts: 3,
      },
    ]);
    await queue.add(greet, { name: 'Grace' });
    await queue.runDue([binding]);
    expect(greeted).toEqual(['Ada', 'Grace']);
  });

  it('stays one dead letter however often it fails, until it is redriven', async () => {
    const binding = bindTask(greet, async () => {
      throw new Error('still not');
    });
    for (const name of ['a', 'b']) {
      await queue.add(greet, { name }, { key: 'k', maxAttempts: 1 });
      await queue.runDue([binding]);
    }
    expect(await queue.deadLetters()).toMatchObject([{ ref: 'k', payload: { name: 'b' }, attempts: 2 }]);
  });

  it('is redriven once, however many people ask at the same time', async () => {
    let works = false;
    const greeted: string[] = [];
    const binding = bindTask(greet, async ({ name }) => {
      if (!works) throw new Error('not yet');
      greeted.push(name);
    });
    for (const name of ['a', 'b', 'c']) await queue.add(greet, { name }, { maxAttempts: 1 });
    await queue.runDue([binding]);
    works = true;
    const all = { ids: null, task: 'greet', reason: null, by: null, limit: 100 };
    const counts = await Promise.all(
      Array.from({ length: 5 }, () => queue.test.database.transaction((tx) => redriveDeadLetters(tx, all))),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
    await queue.runDue([binding]);
    expect(greeted.sort()).toEqual(['a', 'b', 'c']);
    expect((await queue.deadLetters()).map(({ redrivenAt }) => redrivenAt)).not.toContain(null);
    expect(await queue.test.database.transaction((tx) => redriveDeadLetters(tx, all))).toBe(0);
  });

  it('leaves nothing behind when a fresh job with its key replaced it while it ran', async () => {
    const running = gate();
    const goOn = gate();
    const greeted: string[] = [];
    const binding = bindTask(greet, async ({ name }) => {
      if (name !== 'old') return void greeted.push(name);
      running.open();
      await goOn.opened;
      throw new Error('too late');
    });
    await queue.start([binding], { recovery: { interval: 50 } });
    await queue.add(greet, { name: 'old' }, { key: 'k' });
    await running.opened;
    await queue.add(greet, { name: 'new' }, { key: 'k' });
    goOn.open();
    await until(async () => (await queue.list()).length === 0);
    expect(greeted).toEqual(['new']);
    expect(await queue.deadLetters()).toEqual([]);
  });
});

describe('The otp lane', () => {
  it('runs at once while the default lane is busy from end to end', async () => {
    const bulk = defineJob<Record<string, never>>('bulk');
    const code = defineJob<Record<string, never>>('code');
    const released = gate();
    const sent = gate();
    let busy = 0;
    await queue.start(
      [
        bindTask(bulk, async () => {
          busy += 1;
          await released.opened;
        }),
        bindTask(code, async () => sent.open(), 'otp'),
      ],
      { concurrency: 2 },
    );
    for (let i = 0; i < 20; i += 1) await queue.add(bulk, {});
    await until(() => busy === 2);
    await queue.add(code, {});
    await sent.opened;
    expect(busy).toBe(2);
    released.open();
    await until(async () => (await queue.list()).length === 0);
  });
});

describe('A clock', () => {
  it('ticks once for three runners', async () => {
    const tick = defineJob<Record<string, never>>('tick');
    let ticks = 0;
    const binding = bindTask(tick, async () => void (ticks += 1));
    // Only the date is made up: an hour ago, so that what is enqueued for it is due at once.
    const minute = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
    jest.useFakeTimers({
      now: minute - 100,
      doNotFake: [
        'hrtime',
        'nextTick',
        'performance',
        'queueMicrotask',
        'setImmediate',
        'clearImmediate',
        'setInterval',
        'clearInterval',
        'setTimeout',
        'clearTimeout',
      ],
    });
    try {
      const schedule = [{ job: tick, cron: '* * * * *' }];
      for (let i = 0; i < 3; i += 1) await queue.start([binding], { schedule });
      const known = statement<{ known: boolean }>(
        'test.known_clock',
        `select true as known from graphile_worker._private_known_crontabs where identifier = 'tick'`,
      );
      await until(async () => (await queue.test.owner.query(known)).length === 1);
      jest.setSystemTime(minute + 1);
      await until(() => ticks > 0);
      await until(async () => (await queue.list()).length === 0);
      expect(ticks).toBe(1);

      // A runner that has set its timer for the second minute waits for it in real time: three fresh ones see it come.
      jest.setSystemTime(minute + 59_900);
      for (let i = 0; i < 3; i += 1) await queue.start([binding], { schedule });
      jest.setSystemTime(minute + 60_001);
      await until(() => ticks > 1);
      await until(async () => (await queue.list()).length === 0);
    } finally {
      jest.useRealTimers();
    }
    expect(ticks).toBe(2);
  });
});
