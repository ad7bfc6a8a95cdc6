import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { postBonusesAgo, postBonusesByQuarter } from '../../testing/counted-rows.ts';
import { createAnalyticsFixture } from './analytics.fixture.ts';
import type { AnalyticsFixture } from './analytics.fixture.ts';
import { NOBODY } from './roll-up-store.ts';
import { findWholeDays, sumWholeDays } from './sum-store.ts';

const KEPT = ['America/New_York', 'UTC'];
const DAY = 86_400_000;
let fixture: AnalyticsFixture;
let pool: string;

beforeAll(async () => {
  fixture = await createAnalyticsFixture(KEPT);
  const accounts = await fixture.openAccounts(1);
  pool = accounts.pool;
  for (let ago = 0; ago < 12; ago += 1) {
    await fixture.test.owner.query(postBonusesAgo, [pool, accounts.wallets, [2 ** ago], ago]);
    const from = new Date(Date.now() - ago * DAY - DAY / 2);
    await fixture.test.owner.query(postBonusesByQuarter, [pool, accounts.wallets[0], from]);
  }
  await fixture.rollUp();
});
afterAll(() => fixture.close());

async function sumsOf(timeZone: string, days: number, subject: string, keptZones: readonly string[]) {
  return fixture.test.database.transaction(async (tx) => {
    const now = Date.now();
    const whole = await findWholeDays(tx, new Date(now - days * DAY), new Date(now), timeZone);
    const request = { ...whole, timeZone, metrics: ['coins', 'rounds'], subject, withPrevious: true };
    const [row] = await fixture.sql<{ before: Date }>(
      `select (low - (high - low))::timestamp at time zone $3 as before
       from (select ($1::timestamptz at time zone $3)::date as low, ($2::timestamptz at time zone $3)::date as high) d`,
      [whole.from, whole.to, timeZone],
    );
    return { ...(await sumWholeDays(tx, request, keptZones)), whole, before: row?.before ?? new Date(Number.NaN) };
  });
}

/** Straight from the quarters. */
async function amountOf(from: Date, to: Date, subject: string): Promise<number> {
  const [row] = await fixture.sql<{ amount: number }>(
    `select coalesce(sum(amount), 0)::bigint as amount from analytics.rollups
     where metric = 'coins' and subject = $3 and bucket >= $1 and bucket < $2`,
    [from, to, subject],
  );
  return row?.amount ?? Number.NaN;
}

test.each(['Asia/Kathmandu', 'Asia/Tehran', 'Australia/Lord_Howe', 'Pacific/Kiritimati', 'UTC'])(
  'whole days of %s are the sums of their quarters, whichever zone has days',
  async (zone) => {
    for (const days of [0.01, 1, 2, 5, 9]) {
      for (const subject of [NOBODY, pool]) {
        for (const kept of [['America/New_York'], ['UTC'], KEPT]) {
          const { sums, previous, whole, before } = await sumsOf(zone, days, subject, kept);
          expect(sums.map(({ amount }) => amount)).toEqual([await amountOf(whole.from, whole.to, subject)]);
          expect(previous[0]?.amount).toBe(await amountOf(before, whole.from, subject));
        }
      }
    }
  },
);
