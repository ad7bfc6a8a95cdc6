import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Model } from 'objection';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { connect } from './connect.ts';
import { statement } from './transaction.ts';

const count = statement<{ n: number }>('test.count', 'select count(*)::bigint as n from public.things');
const insert = statement('test.insert', 'insert into public.things (id) values ($1)');

class Thing extends Model {
  static override tableName = 'public.things';
  declare id: number;
}

describe('A transaction', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
    await test.owner.query(
      statement('test.create', 'create table public.things (id bigint primary key deferrable initially deferred)'),
    );
    await test.owner.query(statement('test.grant', 'grant all on public.things to portico_app'));
  });
  afterAll(() => test.close());

  const things = async () => (await test.database.query(count))[0]?.n;

  it('holds models, statements and the raw connection together', async () => {
    const before = await things();
    await expect(
      test.database.transaction(async (tx) => {
        await tx.query(insert, [1]);
        await Thing.query(tx.models).insert({ id: 2 });
        await tx.client.query('insert into public.things values (3)');
        expect((await tx.query(count))[0]?.n).toBe((before ?? 0) + 3);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await things()).toBe(before);
  });

  it('begins again after a deadlock that a model ran into', async () => {
    const meet = Promise.withResolvers<undefined>();
    let waiting = 0;
    const both = async (): Promise<void> => {
      if ((waiting += 1) === 2) meet.resolve(undefined);
      await meet.promise;
    };
    await test.database.transaction((tx) => Promise.all([70, 71].map((id) => tx.query(insert, [id]))));
    const swap = (first: number, second: number): Promise<unknown> => {
      let tries = 0;
      return test.database.transaction(async (tx) => {
        await Thing.query(tx.models).findById(first).forUpdate();
        if ((tries += 1) === 1) await both();
        await Thing.query(tx.models).findById(second).forUpdate();
      });
    };
    await Promise.all([swap(70, 71), swap(71, 70)]);
  });

  it('keeps what a savepoint did not undo', async () => {
    await test.database.transaction(async (tx) => {
      await tx.query(insert, [10]);
      await expect(
        tx.savepoint(async () => {
          await tx.query(insert, [11]);
          throw new Error('undone');
        }),
      ).rejects.toThrow('undone');
    });
    expect(
      await test.database.transaction(async (tx) => Thing.query(tx.models).select('id').whereIn('id', [10, 11])),
    ).toEqual([{ id: 10 }]);
  });

  it('fails when a constraint fails at commit', async () => {
    await test.database.query(insert, [20]);
    await expect(test.database.transaction((tx) => tx.query(insert, [20]))).rejects.toMatchObject({ code: '23505' });
  });

  it('fails when an error inside it was ignored', async () => {
    await expect(
      test.database.transaction(async (tx) => {
        await tx.client.query('select 1/0').catch(() => undefined);
      }),
    ).rejects.toThrow('rolled back');
  });

  it('is what a statement on its own is, too: a lost race starts it over', async () => {
    await test.owner.query(statement('test.create_races', 'create sequence public.races'));
    await test.owner.query(
      statement(
        'test.create_race',
        `create function public.lose_first_race() returns bigint language plpgsql security definer as $$
         begin
           if nextval('public.races') = 1 then raise exception 'lost' using errcode = '40P01'; end if;
           return currval('public.races');
         end $$`,
      ),
    );
    expect(await test.database.query(statement('test.race', 'select public.lose_first_race() as runs'))).toEqual([
      { runs: 2 },
    ]);
  });

  it('starts over after a deadlock until both are through', async () => {
    await test.database.query(insert, [30]);
    await test.database.query(insert, [31]);
    const lock = statement('test.lock', 'select 1 from public.things where id = $1 for update');
    let arrived = 0;
    let open: () => void = () => undefined;
    const bothHold = new Promise<void>((resolve) => (open = resolve));
    let runs = 0;
    const crossing = (first: number, second: number) =>
      test.database.transaction(async (tx) => {
        runs += 1;
        await tx.query(lock, [first]);
        if ((arrived += 1) === 2) open();
        await bothHold;
        await tx.query(lock, [second]);
      });
    await Promise.all([crossing(30, 31), crossing(31, 30)]);
    expect(runs).toBe(3);
  });

  it('counts every restart and gives up after the bound', async () => {
    const told: string[] = [];
    const database = connect({
      url: test.url,
      name: 'test',
      size: 1,
      statementTimeout: 5_000,
      onRetry: (state) => told.push(state),
    });
    const serialization = statement('test.fail', "do $$ begin raise exception 'no' using errcode = '40001'; end $$");
    await expect(database.transaction((tx) => tx.query(serialization), { retries: 2 })).rejects.toMatchObject({
      code: '40001',
    });
    expect(told).toEqual(['40001', '40001']);
    await database.close();
  });

  it('survives a connection that breaks while no query runs', async () => {
    const pid = statement<{ pid: number }>('test.pid', 'select pg_backend_pid() as pid');
    const terminate = statement('test.terminate', 'select pg_terminate_backend($1)');
    await expect(
      test.database.transaction(async (tx) => {
        const [backend] = await tx.query(pid);
        const gone = once(tx.client, 'end');
        await test.owner.query(terminate, [backend?.pid]);
        await gone;
        await tx.query(pid);
      }),
    ).rejects.toThrow();
    expect(await test.database.query(pid)).toHaveLength(1);
  });

  it('refuses work after its end', async () => {
    const leaked = await test.database.transaction((tx) => Promise.resolve({ tx }));
    await expect(leaked.tx.query(count)).rejects.toThrow('has ended');
    expect(() => leaked.tx.models).toThrow('has ended');
  });

  it('writes nothing through a read-only pool', async () => {
    const reporting = connect({ url: test.url, name: 'test', size: 1, statementTimeout: 5_000, readOnly: true });
    await expect(reporting.query(insert, [40])).rejects.toMatchObject({ code: '25006' });
    await expect(reporting.transaction((tx) => tx.query(insert, [40]))).rejects.toMatchObject({ code: '25006' });
    await reporting.close();
  });

  it('cuts a statement after the time of its pool, or of its transaction', async () => {
    const sleep = statement('test.sleep', 'select pg_sleep(10)');
    const database = test.connect({ size: 1, statementTimeout: 50 });
    await expect(database.query(sleep)).rejects.toMatchObject({ code: '57014' });
    await expect(test.database.transaction((tx) => tx.query(sleep), { statementTimeout: 50 })).rejects.toMatchObject({
      code: '57014',
    });
    const short = statement('test.short', 'select pg_sleep(0.1)');
    expect(await database.transaction((tx) => tx.query(short), { statementTimeout: 0 })).toHaveLength(1);
  });

  it('holds its isolation', async () => {
    await expect(
      test.database.transaction(
        async (tx) => {
          const seen = await tx.query(count);
          await test.database.query(insert, [50]);
          expect(await tx.query(count)).toEqual(seen);
          await tx.query(insert, [51]);
        },
        { isolation: 'repeatable read', readOnly: true },
      ),
    ).rejects.toMatchObject({ code: '25006' });
  });

  it('refuses a statement name that PostgreSQL would cut', async () => {
    await expect(test.database.query(statement('x'.repeat(64), 'select 1'))).rejects.toThrow('longer than 63');
  });

  it('gives bigint as a number and refuses one that a number cannot hold', async () => {
    expect(await test.database.query(statement('test.big', 'select 9007199254740991::bigint as n'))).toEqual([
      { n: Number.MAX_SAFE_INTEGER },
    ]);
    await expect(test.database.query(statement('test.bigger', 'select 9007199254740992::bigint as n'))).rejects.toThrow(
      'safe',
    );
  });

  it('runs as the application role, which cannot touch the job queue', async () => {
    expect(await test.database.query(statement('test.role', 'select current_user::text as role'))).toEqual([
      { role: 'portico_app' },
    ]);
    await expect(
      test.database.query(statement('test.queue', 'select * from graphile_worker._private_jobs')),
    ).rejects.toMatchObject({ code: '42501' });
  });
});

describe('A database that falls silent', () => {
  /** Passes the log-in on, then swallows what PostgreSQL would have to answer. */
  async function silentAfterLogIn(target: URL): Promise<{ readonly url: string; close(): Promise<void> }> {
    let silent = false;
    const sockets = new Set<Socket>();
    const server = createServer((incoming) => {
      const outgoing = createConnection(Number(target.port), target.hostname);
      for (const socket of [incoming, outgoing]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
      }
      incoming.on('data', (data) => {
        // The log-in ends with the client's first query.
        silent ||= data.includes('begin') || data.includes('select 1');
        if (!silent) outgoing.write(data);
      });
      outgoing.on('data', (data) => incoming.write(data));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = new URL(target);
    url.port = String(port);
    return {
      url: url.href,
      async close() {
        for (const socket of sockets) socket.destroy();
        server.close();
        await once(server, 'close');
      },
    };
  }

  it.each(['a statement', 'a transaction'])(
    'lets %s fail soon after its own limit, and keeps no connection',
    async (kind) => {
      const test = await createTestDatabase();
      const silent = await silentAfterLogIn(new URL(test.url));
      const database = connect({ url: silent.url, name: 'silent', size: 1, statementTimeout: 200 });
      const ping = statement('test.ping', 'select 1');
      const startedAt = performance.now();
      const work = kind === 'a statement' ? database.query(ping) : database.transaction((tx) => tx.query(ping));
      await expect(work).rejects.toThrow('Query read timeout');
      expect(performance.now() - startedAt).toBeLessThan(6_000);
      expect(database.pool.totalCount).toBe(0);
      await silent.close();
      await database.close();
      await test.close();
    },
  );
});
