import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createWorld } from '../../../contract-tests/walks/world.ts';
import type { World } from '../../../contract-tests/walks/world.ts';
import { statement } from '../../database/transaction.ts';
import { newId } from '../../shared/id.ts';
import { openPool, openWallets, postBonusesAgo } from '../../testing/counted-rows.ts';
import { rollUpAll } from '../../testing/roll-up.ts';
import { until } from '../../testing/until.ts';

interface Series {
  readonly asOf: string;
  readonly source: string;
  readonly replicaLagMs: number | null;
  readonly points: readonly {
    readonly start: string;
    readonly end: string;
    readonly value: number;
    readonly complete: boolean;
  }[];
}

let world: World;
let campaignId: string;
beforeAll(async () => {
  world = await createWorld({ environment: { REPORT_TIME_ZONES: 'UTC,Asia/Tehran,Europe/Berlin' } });
  campaignId = await world.createCampaign();
  await world.upload(campaignId, [world.phone, 'nonsense', '+989120000099', '+989120000099']);
  await world.portico.runJobs();
  await rollUp();
}, 120_000);
afterAll(() => world.close());

const rollUp = () => rollUpAll(world.portico.owner, () => world.portico.portico.analytics.rollUpFacts());
const sql = <Row>(text: string, values: readonly unknown[] = []) =>
  world.portico.owner.query(statement<Row>('', text), values);
const get = (path: string, headers: Record<string, string> = {}) =>
  world.portico.request('GET', `/api/v1/analytics/${path}`, { token: world.admin.token, headers });
const read = async <Body>(path: string): Promise<Body> =>
  world.call<Body>(world.admin, 'GET', `/api/v1/analytics/${path}`);

const DAY = 86_400_000;
const around = (timeZone = 'UTC') =>
  `from=${new Date(Date.now() - DAY).toISOString()}&to=${new Date(Date.now() + DAY).toISOString()}&timeZone=${encodeURIComponent(timeZone)}`;

test('the overview tells what was granted and counted, and that the primary answered', async () => {
  const overview = await read<{ figures: { metric: string; value: number; previous: number }[] }>(
    `overview?${around()}`,
  );
  const values = Object.fromEntries(overview.figures.map(({ metric, value }) => [metric, value]));
  expect(values).toMatchObject({
    'coins-granted': 50,
    'bonuses-granted': 1,
    'files-imported': 1,
    'numbers-credited': 1,
    'numbers-pending': 1,
    'numbers-duplicate': 1,
    'numbers-malformed': 1,
  });
  expect(values['messages-created']).toBeGreaterThan(0);
  expect(overview.figures.every(({ previous }) => previous === 0)).toBe(true);
  expect(overview).toMatchObject({ source: 'primary', replicaLagMs: null, timeZone: 'UTC', definitionVersion: 1 });
});

test('the report of a campaign is what its import says', async () => {
  const report = await read<Record<string, unknown>>(`campaigns/${campaignId}`);
  expect(report).toMatchObject({
    name: 'Nowruz gift',
    coinsGranted: 50,
    bonuses: 1,
    files: 1,
    lines: 4,
    numbers: { credited: 1, pending: 1, duplicate: 1, expired: 0, malformed: 1 },
    messages: { sms: { created: 1, dead: 0 }, email: { created: 0 } },
  });
  expect((await get(`campaigns/${newId()}`)).status).toBe(404);
});

test('every step, zone and source of days gives the same sum', async () => {
  const sums: Record<string, number> = {};
  for (const zone of ['UTC', 'Asia/Tehran', 'Asia/Kathmandu', 'Europe/Berlin']) {
    for (const granularity of ['quarter', 'hour', 'day', 'week', 'month']) {
      const { points } = await read<Series>(
        `time-series?metric=coins-granted&granularity=${granularity}&${around(zone)}`,
      );
      sums[`${zone} ${granularity}`] = points.reduce((sum, { value }) => sum + value, 0);
      // Without gaps, and whole.
      for (const [index, point] of points.entries()) {
        if (index > 0) expect(point.start).toBe(points[index - 1]?.end);
      }
    }
  }
  expect(new Set(Object.values(sums))).toEqual(new Set([50]));
});

test('days of 23 and 25 hours come out right, with and without days of their own', async () => {
  for (const [zone, hours] of [
    ['Europe/Berlin', [24, 23, 24]],
    ['Europe/Paris', [24, 23, 24]],
  ] as const) {
    const query = `from=2026-03-28T12:00:00Z&to=2026-03-30T12:00:00Z&timeZone=${encodeURIComponent(zone)}`;
    const { points } = await read<Series>(`time-series?metric=coins-granted&granularity=day&${query}`);
    expect(points.map(({ start, end }) => (Date.parse(end) - Date.parse(start)) / 3_600_000)).toEqual(hours);
  }
});

test('a step is complete when nothing can be added to it, and not before', async () => {
  await until(async () => {
    await rollUp();
    const { asOf } = await read<Series>(`live-counters`);
    return Date.parse(asOf) > Date.now() - 5_000;
  });
  const { points, asOf } = await read<Series>(`time-series?metric=coins-granted&granularity=quarter&${around()}`);
  for (const { end, complete } of points) expect(complete).toBe(Date.parse(end) <= Date.parse(asOf));
  expect(points.some(({ complete }) => complete)).toBe(true);
  expect(points.some(({ complete }) => !complete)).toBe(true);
});

test('figures that have not changed are not sent again', async () => {
  const path = `overview?${around()}`;
  const first = await get(path);
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toMatch(/^W\//);
  expect((await get(path, { 'if-none-match': etag })).status).toBe(304);
  await world.upload(campaignId, ['+989120000098']);
  await rollUp();
  expect((await get(path, { 'if-none-match': etag })).status).toBe(200);
});

test('live counters know what is not rolled up yet', async () => {
  const files = async (): Promise<number | undefined> =>
    (await read<{ counters: { metric: string; value: number }[] }>('live-counters')).counters.find(
      ({ metric }) => metric === 'files-imported',
    )?.value;
  const before = (await files()) ?? Number.NaN;
  await world.upload(campaignId, ['+989120000097']);
  expect(await files()).toBe(before + 1);
  await rollUp();
  expect(await files()).toBe(before + 1);
});

test.each([
  ['overview?from=2024-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'At most 366 days'],
  ['overview?from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z&timeZone=Asia/Kathmandu', 'At most 92 days'],
  ['time-series?metric=coins-granted&granularity=quarter&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z', '1000'],
])('%s is refused before anything is asked of the database', async (path, limit) => {
  const { reporting } = world.portico.portico.pools.byName as { readonly reporting: pg.Pool };
  let asked = 0;
  const count = (): void => void (asked += 1);
  reporting.on('acquire', count);
  const answer = await get(path);
  reporting.off('acquire', count);
  const { code, detail } = (await answer.json()) as { code: string; detail: string };
  expect([answer.status, code, asked]).toEqual([409, 'range-too-large', 0]);
  expect(detail).toContain(limit);
});

test('a range that is empty and a zone that does not exist are refused', async () => {
  const codes = async (path: string): Promise<unknown> => ((await (await get(path)).json()) as { code: string }).code;
  expect(await codes('overview?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')).toBe('range-empty');
  expect(await codes(`overview?${around('Mars/Olympus')}`)).toBe('time-zone-unknown');
  expect(await codes(`top-users?measure=coins-spent&days=7&timeZone=Asia/Kathmandu`)).toBe('time-zone-not-prepared');
});

test('a report that takes too long is cancelled on the server, and its connection serves the next', async () => {
  const client = new pg.Client({ connectionString: world.portico.testDatabase.url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('lock table analytics.days in access exclusive mode');
    const answers = await Promise.all([1, 2, 3].map(() => get(`overview?${around()}`)));
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(((await answer.json()) as { detail: string }).detail).toContain('ask for fewer days');
    }
    const [busy] = await sql<{ n: number }>(
      `select count(*) as n from pg_stat_activity
       where datname = current_database() and application_name = 'portico reporting' and state = 'active'`,
    );
    expect(busy?.n).toBe(0);
  } finally {
    await client.query('rollback');
    await client.end();
  }
  expect((await get(`overview?${around()}`)).status).toBe(200);
});

test('users are ranked once a day is complete, exactly, and equal ones by their ids', async () => {
  const users = Array.from({ length: 4 }, () => newId()).sort();
  const pool = newId();
  const { owner } = world.portico;
  await owner.query(openPool, [pool]);
  await owner.query(openWallets, [users]);
  // Within a week, not within a day.
  await owner.query(postBonusesAgo, [pool, users, [7000, 7000, 7000, 9000], 6]);
  const [rank] = world.portico.portico.analytics.tasks.filter(({ name }) => name === 'rankUsers');
  const run = { attempt: 1, maxAttempts: 1, signal: new AbortController().signal, correlationId: 'test' };
  await until(async () => {
    await rollUp();
    await rank?.task({} as never, run);
    return (await sql('select from analytics.rankings')).length > 0;
  });
  const top = async (days: number, limit = 3): Promise<unknown> =>
    (await read<{ users: unknown[] }>(`top-users?measure=coins-received&days=${days}&top=${limit}`)).users;
  expect(await top(7)).toEqual([
    { rank: 1, userId: users[3], coins: 9000 },
    { rank: 2, userId: users[0], coins: 7000 },
    { rank: 3, userId: users[1], coins: 7000 },
  ]);
  expect(await top(1)).toEqual([]);
  const counts = async () => (await sql('select from analytics.top_users')).length;
  const before = await counts();
  await rank?.task({} as never, run);
  expect(await counts()).toBe(before);
});
