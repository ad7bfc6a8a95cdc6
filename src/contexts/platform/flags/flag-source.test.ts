/** The flags of two processes: each has a listener and a memory of its own, and nothing but the database between them. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createListener } from '../../../database/listen.ts';
import type { Listener } from '../../../database/listen.ts';
import { statement } from '../../../database/transaction.ts';
import { systemClock as clock } from '../../../shared/clock.ts';
import { newId } from '../../../shared/id.ts';
import { createTestDatabase } from '../../../testing/database.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { createTestLog } from '../../../testing/log.ts';
import { until } from '../../../testing/until.ts';
import { createFlag } from './create-flag.ts';
import { countExposures } from './exposure-store.ts';
import { createFlagSource } from './flag-source.ts';
import type { LocalFlags } from './flag-source.ts';
import type { FlagSettings } from './flag.ts';
import { updateFlag } from './update-flag.ts';

interface OneProcess {
  readonly flags: LocalFlags;
  readonly listener: Listener;
}

let store: TestDatabase;
let one: OneProcess;
let other: OneProcess;
let key: string;

async function startProcess(name: string): Promise<OneProcess> {
  const listener = createListener({ url: store.url, name });
  const flags = createFlagSource({ database: store.connect(), listen: listener.listen, log: createTestLog().log });
  await flags.start();
  return { flags, listener };
}

const experiment: FlagSettings = {
  ...{ description: '', enabled: true, defaultVariant: 'a', rules: [], rollout: 10_000, recordsExposures: true },
  variants: [
    { name: 'a', weight: 1 },
    { name: 'b', weight: 1 },
  ],
};
const change = (settings: Partial<FlagSettings>): Promise<unknown> =>
  store.database.transaction((tx) =>
    updateFlag({ tx, clock }, { key, ifMatch: '*', change: { ...experiment, ...settings } }),
  );
/** The reason by which this process decides for somebody. */
const reasonIn = ({ flags }: OneProcess): string | undefined => flags.decide(key, { userId: newId() })?.reason;

beforeAll(async () => {
  store = await createTestDatabase();
});
afterAll(() => store.close());
beforeEach(async () => {
  [one, other] = [await startProcess('one'), await startProcess('other')];
  key = `test-${newId()}`;
  await store.database.transaction((tx) => createFlag({ tx, clock }, { key, ...experiment }));
  await until(() => reasonIn(one) === 'share' && reasonIn(other) === 'share');
});
afterEach(async () => {
  for (const { flags, listener } of [one, other]) {
    flags.close();
    await listener.close();
  }
});

test('all processes decide alike', () => {
  const users = Array.from({ length: 200 }, () => newId());
  const variantsIn = ({ flags }: OneProcess) => users.map((userId) => flags.decide(key, { userId })?.variant);
  expect(variantsIn(one)).toEqual(variantsIn(other));
  expect(new Set(variantsIn(one))).toEqual(new Set(['a', 'b']));
});

test('a kill switch takes effect in every process, also one thrown by hand', async () => {
  await change({ enabled: false });
  await until(() => reasonIn(one) === 'disabled' && reasonIn(other) === 'disabled');
  await store.owner.query(statement('', 'update platform.flags set enabled = true where key = $1'), [key]);
  await until(() => reasonIn(one) === 'share' && reasonIn(other) === 'share');
});

test('what is not committed takes effect nowhere', async () => {
  const failed = store.database.transaction(async (tx) => {
    await updateFlag({ tx, clock }, { key, ifMatch: '*', change: { ...experiment, enabled: false } });
    throw new Error('never mind');
  });
  await expect(failed).rejects.toThrow('never mind');
  // Notifications arrive in the order of commits: once this one is there, no earlier one can come.
  await change({ rollout: 0 });
  await until(() => reasonIn(other) !== 'share');
  expect(reasonIn(other)).toBe('default');
});

test('a change that was made while nobody listened is found on coming back', async () => {
  await store.owner.transaction(async (tx) => {
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'other' and datname = current_database()`;
    await tx.query(statement('', cut));
    await tx.query(statement('', 'update platform.flags set enabled = false where key = $1'), [key]);
  });
  await until(() => reasonIn(other) === 'disabled');
});

test('what somebody was treated by is kept once, however many processes see it at once', async () => {
  const userId = newId();
  const decision = one.flags.decide(key, { userId });
  if (decision === undefined) throw new Error('no such flag');
  const seen = Array.from({ length: 20 }, (_, n) =>
    (n % 2 === 0 ? one : other).flags.expose(key, { userId }, decision),
  );
  await Promise.all(seen);
  expect(await countExposures(store.database, key)).toEqual([{ variant: decision.variant, users: 1 }]);
});

test('nobody is exposed by a default, nobody unknown, and nobody where it is not asked for', async () => {
  const userId = newId();
  await one.flags.expose(key, { userId }, { variant: 'a', reason: 'default' });
  await one.flags.expose(key, { userId }, { variant: 'a', reason: 'disabled' });
  await one.flags.expose(key, { userId: null }, { variant: 'a', reason: 'share' });
  await change({ recordsExposures: false, rollout: 0 });
  await until(() => reasonIn(one) === 'default');
  await one.flags.expose(key, { userId }, { variant: 'a', reason: 'share' });
  expect(await countExposures(store.database, key)).toEqual([]);
});

test('what a process knows stays while the database is away, and an exposure that is not kept refuses nothing', async () => {
  let isAway = false;
  const log = createTestLog();
  const shaky: typeof store.database = {
    ...store.database,
    query: (asked, values) => (isAway ? Promise.reject(new Error('away')) : store.database.query(asked, values)),
  };
  let hear = (): void => undefined;
  const flags = createFlagSource({
    database: shaky,
    listen: async (_channel, hearing) => {
      hear = () => hearing.hear('');
    },
    log: log.log,
  });
  await flags.start();
  isAway = true;
  hear();
  await until(() => log.lines.some((line) => JSON.stringify(line).includes('the known ones stay')));
  const [userId, decision] = [newId(), { variant: 'a', reason: 'share' } as const];
  expect(flags.decide(key, { userId })).toMatchObject({ reason: 'share' });
  await flags.expose(key, { userId }, decision);
  expect(await countExposures(store.database, key)).toEqual([]);
  isAway = false;
  await flags.expose(key, { userId }, decision);
  expect(await countExposures(store.database, key)).toEqual([{ variant: 'a', users: 1 }]);
  flags.close();
});
