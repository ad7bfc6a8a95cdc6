import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  cancelTwoTexts,
  postBonus as post,
  queueThreeTexts,
  silenceLedger,
  unsilenceLedger,
} from '../../testing/counted-rows.ts';
import { createAnalyticsFixture } from './analytics.fixture.ts';
import type { AnalyticsFixture } from './analytics.fixture.ts';
import { compareLastDays, compareRollups } from './compare-rollups.ts';
import { forgetFacts } from './forget-facts.ts';
import { rollUpFacts } from './roll-up-facts.ts';

let fixture: AnalyticsFixture;
beforeAll(async () => {
  fixture = await createAnalyticsFixture();
});
afterAll(() => fixture.close());

const NOBODY = '00000000-0000-0000-0000-000000000000';

test('rows from before the facts are found, and repaired once', async () => {
  const { pool, wallets } = await fixture.openAccounts(3);
  const { owner } = fixture.test;
  await owner.query(silenceLedger);
  for (const wallet of wallets) await owner.query(post, [pool, wallet, 5]);
  await owner.query(unsilenceLedger);
  await fixture.test.database.query(post, [pool, wallets[0], 7]);

  const lacking = await fixture.differences();
  expect(lacking.map(({ metric, subject, n, amount }) => ({ metric, subject, n, amount }))).toEqual([
    { metric: 'coins', subject: NOBODY, n: 3, amount: 15 },
    { metric: 'coins', subject: pool, n: 3, amount: 15 },
  ]);
  // Side by side: the second finds what the first has added.
  await Promise.all([1, 2, 3].map(() => compareRollups(fixture.dependencies, { repair: true })));
  expect(await fixture.differences()).toEqual([]);
  await fixture.rollUp();
  expect(await fixture.differences()).toEqual([]);
  const [total] = await fixture.sql(`select n, amount from analytics.totals where subject = $1`, [pool]);
  expect(total).toEqual({ n: 4, amount: 22 });
});

test('a figure that somebody changed by hand is an alarm, and repaired', async () => {
  await fixture.sql(`update analytics.rollups set amount = amount + 1 where subject = $1`, [NOBODY]);
  let told = -1;
  const observer = {
    rolledUp: () => undefined,
    compared: ({ differences }: { readonly differences: number }) => void (told = differences),
  };
  await compareLastDays({ ...fixture.dependencies, observer }, { signal: new AbortController().signal });
  // The quarter, and the hour, the day and the total that are no longer sums of quarters.
  expect(told).toBe(4);
  await compareRollups(fixture.dependencies, { repair: true });
  await fixture.rollUp();
  expect(await fixture.differences()).toEqual([]);
});

test('a message is counted where it was created, in the state it is in', async () => {
  await fixture.test.owner.query(queueThreeTexts);
  await fixture.rollUp();
  await fixture.test.owner.query(cancelTwoTexts);
  await fixture.rollUp();
  const cells = await fixture.sql(
    `select dimension, n, bucket < now() - interval '1 day' as old from analytics.rollups
     where metric = 'messages' and subject = $1 order by dimension`,
    [NOBODY],
  );
  expect(cells).toEqual([
    { dimension: 'sms/marketing/cancelled', n: 2, old: true },
    { dimension: 'sms/marketing/created', n: 3, old: true },
    { dimension: 'sms/marketing/queued', n: 1, old: true },
  ]);
  expect(await fixture.differences()).toEqual([]);
});

test('facts are forgotten when they are old and rolled up, and no sooner', async () => {
  const clock = (days: number) => ({ now: () => new Date(Date.now() + days * 86_400_000) });
  const facts = async (): Promise<number> =>
    (await fixture.sql<{ n: number }>('select count(*) as n from analytics.facts'))[0]?.n ?? 0;
  const { pool, wallets } = await fixture.openAccounts(1);
  await fixture.test.database.query(post, [pool, wallets[0], 1]);
  const before = await facts();
  await forgetFacts({ ...fixture.dependencies, clock: clock(3) });
  expect(await facts()).toBe(before);
  // Old enough, but one of them is above the watermark.
  await forgetFacts({ ...fixture.dependencies, clock: clock(4) });
  expect(await facts()).toBe(before);
  await fixture.rollUp();
  await forgetFacts({ ...fixture.dependencies, clock: clock(4) });
  expect(await facts()).toBe(0);
  expect(await fixture.differences()).toEqual([]);
});

test('after a logical restore, whose transaction ids begin anew, the procedure of docs/operations.md brings all figures back', async () => {
  const { pool, wallets } = await fixture.openAccounts(1);
  await fixture.rollUp();
  // One fact that the dump had not rolled up, and ids from another life.
  await fixture.test.database.query(post, [pool, wallets[0], 3]);
  await fixture.sql(`update analytics.facts set xid = '4611686018427387904'`);
  await fixture.sql(`update analytics.rollup_state set below = '4611686018427387000'`);
  await fixture.sql(`update analytics.horizons set next_xid = '4611686018427387000'`);
  await fixture.test.database.query(post, [pool, wallets[0], 4]);
  await rollUpFacts(fixture.dependencies);
  expect(await fixture.differences()).not.toEqual([]);

  const operations = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const [, procedure = ''] = /After a logical restore[^]*?```sql\n([^]*?)```/.exec(operations) ?? [];
  for (const command of procedure.split(';').filter((text) => text.trim() !== '')) await fixture.sql(command);
  await compareRollups(fixture.dependencies, { repair: true });
  await fixture.rollUp();
  expect(await fixture.differences()).toEqual([]);
  const [total] = await fixture.sql(`select n, amount from analytics.totals where subject = $1`, [pool]);
  expect(total).toEqual({ n: 2, amount: 7 });
});
