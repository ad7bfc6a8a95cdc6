import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { createListener } from './listen.ts';
import type { Listener } from './listen.ts';
import { statement } from './transaction.ts';

let test: TestDatabase;
let listener: Listener;

beforeEach(async () => {
  test = await createTestDatabase();
  listener = createListener({ url: test.url, name: 'test listener' });
});
afterEach(async () => {
  await listener.close();
  await test.close();
});

const notify = (channel: string, payload: string): Promise<unknown> =>
  test.database.query(statement('', 'select pg_notify($1, $2)'), [channel, payload]);
const cutConnection = (): Promise<unknown> =>
  test.owner.query(
    statement(
      '',
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'test listener' and datname = current_database()`,
    ),
  );

/** Resolves with what is said on a channel, in order. */
async function hearing(channel: string): Promise<{ next(): Promise<string>; resumed: Promise<void> }> {
  const heard: string[] = [];
  const waiting: ((payload: string) => void)[] = [];
  const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
  await listener.listen(channel, {
    hear: (payload) => {
      const waiter = waiting.shift();
      if (waiter === undefined) heard.push(payload);
      else waiter(payload);
    },
    resumed: resume,
  });
  const next = (): Promise<string> => {
    const first = heard.shift();
    return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
  };
  return { next, resumed };
}

describe('listening to NOTIFY', () => {
  it('hears what is said on its channels, and nothing else', async () => {
    const [one, two] = [await hearing('one'), await hearing('Two words')];
    await notify('three', 'unheard');
    await notify('one', 'first');
    await notify('Two words', 'second');
    expect(await one.next()).toBe('first');
    expect(await two.next()).toBe('second');
  });

  it('tells every subscriber of a channel', async () => {
    const [one, two] = [await hearing('shared'), await hearing('shared')];
    await notify('shared', 'news');
    expect([await one.next(), await two.next()]).toEqual(['news', 'news']);
  });

  it('comes back when the connection breaks, and says that something may have been missed', async () => {
    const { next, resumed } = await hearing('one');
    await cutConnection();
    await resumed;
    await notify('one', 'after the break');
    expect(await next()).toBe('after the break');
  });

  it('closes while it is coming back', async () => {
    await hearing('one');
    await cutConnection();
    await listener.close();
  });
});
