import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { postBonus as post, postBonusesByQuarter } from '../../testing/counted-rows.ts';
import { createAnalyticsFixture } from './analytics.fixture.ts';
import type { AnalyticsFixture } from './analytics.fixture.ts';
import { compareRollups } from './compare-rollups.ts';
import { readFreshness } from './freshness-store.ts';
import { metricOf } from './metrics.ts';
import { rollUpFacts } from './roll-up-facts.ts';
import { readSeries } from './series-store.ts';

let fixture: AnalyticsFixture;
beforeAll(async () => {
  fixture = await createAnalyticsFixture(['UTC', 'Asia/Kathmandu', 'Australia/Lord_Howe']);
});
afterAll(() => fixture.close());

const HOUR = 3_600_000;
/** Over the night in which Lord Howe sets its clocks by half an hour. */
const turn = { from: new Date('2026-04-04T10:20:00Z'), to: new Date('2026-04-05T03:40:00Z') };

/** One coin in each quarter around the turn of the clocks, and one now. */
async function postBonuses(): Promise<void> {
  const { pool, wallets } = await fixture.openAccounts(1);
  await fixture.test.database.query(post, [pool, wallets[0], 1]);
  await fixture.test.owner.query(postBonusesByQuarter, [pool, wallets[0], turn.from]);
  await fixture.rollUp();
}

async function hoursOf(timeZone: string, change: { zones?: readonly string[]; hoursAreWhole?: boolean } = {}) {
  return fixture.test.database.transaction(async (tx) => {
    const freshness = { ...(await readFreshness(tx)), ...change };
    return readSeries(tx, metricOf('coins-granted'), { ...turn, granularity: 'hour', timeZone }, freshness);
  });
}

test('hours that are kept are the hours that quarters come to, where clocks are set by half an hour too', async () => {
  await postBonuses();
  for (const zone of ['UTC', 'Asia/Kathmandu', 'Australia/Lord_Howe']) {
    const kept = await hoursOf(zone);
    expect(kept).toEqual(await hoursOf(zone, { zones: [] }));
    expect(kept.reduce((sum, { value }) => sum + value, 0)).toBe(60);
    expect(kept.every(({ start, end }) => end.getTime() - start.getTime() <= 1.5 * HOUR)).toBe(true);
  }
});

test('a roller that knows no hours leaves them unread, and the next one that does makes them anew', async () => {
  await fixture.sql('delete from analytics.hours');
  await fixture.sql('update analytics.rollup_state set hours_below = null');
  expect(await fixture.differences()).toEqual([]);
  expect((await hoursOf('UTC')).reduce((sum, { value }) => sum + value, 0)).toBe(60);
  await rollUpFacts(fixture.dependencies);
  const [state] = await fixture.sql('select hours_below = below as whole from analytics.rollup_state');
  expect(state).toEqual({ whole: true });
  expect((await hoursOf('UTC')).reduce((sum, { value }) => sum + value, 0)).toBe(60);
  expect(await fixture.differences()).toEqual([]);
});

test('an hour that somebody changed by hand is found, and repaired', async () => {
  await fixture.sql(`update analytics.hours set n = n + 1 where zone = 'UTC' and hour = '2026-04-04 12:00:00+00'`);
  expect(await fixture.differences()).toMatchObject([{ zone: 'UTC', day: null, n: -1, amount: 0 }]);
  await compareRollups(fixture.dependencies, { repair: true });
  expect(await fixture.differences()).toEqual([]);
});

test('a zone that is new has its hours from the first pass on', async () => {
  const dependencies = { ...fixture.dependencies, zones: ['UTC', 'Asia/Tehran'] };
  while ((await rollUpFacts(dependencies)) === 'more');
  expect(await fixture.differences()).toEqual([]);
  const [row] = await fixture.sql(`select sum(n) as n from analytics.hours where zone = 'Asia/Tehran'`);
  expect(row).toEqual({ n: 61 });
});
