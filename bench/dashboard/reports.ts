import { createHash } from 'node:crypto';

const DAY = 86_400_000;

/** The requests of a dashboard, by operation: what its pages ask for, and the largest that the contract allows. */
export function reportsOf(now: Date): Readonly<Record<string, readonly string[]>> {
  const range = (days: number, back = 0): string => {
    const to = now.getTime() - back * DAY;
    return `from=${new Date(to - days * DAY).toISOString()}&to=${new Date(to).toISOString()}`;
  };
  const series = (metric: string, granularity: string, days: number, zone = 'UTC'): string =>
    `time-series?metric=${metric}&granularity=${granularity}&${range(days)}&timeZone=${zone}`;
  return {
    getOverview: [
      ...[1, 7, 30, 90].map((days) => `overview?${range(days)}`),
      `overview?${range(30, 100)}`,
      `overview?${range(7)}&timeZone=Asia/Tehran`,
      `overview?${range(366)}`,
    ],
    getTimeSeries: [
      series('coins-granted', 'day', 90),
      series('messages-delivered', 'hour', 7),
      series('messages-created', 'quarter', 1),
      series('messages-sent', 'week', 360),
      series('numbers-credited', 'month', 360),
      series('messages-delivered', 'day', 30, 'Asia/Tehran'),
      series('messages-sent', 'hour', 41),
      series('messages-sent', 'quarter', 10),
    ],
    getBonusCampaignReport: [0, 17, 90, 179].map((n) => `campaigns/${campaignUuid(n)}`),
    getNotificationFunnel: [
      ...[1, 7, 30, 90, 366].map((days) => `notification-funnel?${range(days)}`),
      `notification-funnel?${range(30)}&class=marketing`,
      `notification-funnel?${range(7)}&timeZone=Asia/Tehran`,
    ],
    getGameActivity: [7, 30, 366].map((days) => `game-activity?${range(days)}`),
    getTopUsers: [1, 7, 30].flatMap((days) =>
      ['coins-received', 'coins-spent'].map((measure) => `top-users?measure=${measure}&days=${days}&top=100`),
    ),
    getLiveCounters: ['live-counters'],
  };
}

/** The `n`th of the heaviest reports that the contract allows, each on a range of its own. */
export function heavyReport(n: number): string {
  // Milliseconds apart: another question, as much work.
  const to = Date.now() - n;
  const range = (days: number): string =>
    `from=${new Date(to - days * DAY).toISOString()}&to=${new Date(to).toISOString()}`;
  const heavy = [
    `overview?${range(90)}&timeZone=Asia/Tehran`,
    `overview?${range(366)}`,
    `time-series?metric=messages-sent&granularity=hour&${range(41)}`,
    `notification-funnel?${range(90)}&timeZone=Asia/Kathmandu`,
  ];
  return heavy[n % heavy.length] ?? '';
}

/** What PostgreSQL's md5(…)::uuid gives. */
function campaignUuid(n: number): string {
  const hash = createHash('md5').update(`bench campaign ${n}`).digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
