import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';

export const topUserMeasures = ['coins-received', 'coins-spent'] as const;
export type TopUserMeasure = (typeof topUserMeasures)[number];

export const windowDays = [1, 7, 30] as const;
export type WindowDays = (typeof windowDays)[number];

/** Users of a window at most. */
export const MAX_TOP_USERS = 100;

export interface RankedUser {
  readonly rank: number;
  readonly userId: string;
  readonly coins: number;
}

const readStatement = statement<{ through: string; rank: number | null; userId: string | null; coins: number | null }>(
  'analytics.read_top_users',
  `select r.through::text, t.rank, t.user_id as "userId", t.coins
   from (select through from analytics.rankings where zone = $1 order by through desc limit 1) r
     left join analytics.top_users t
       on t.zone = $1 and t.measure = $2 and t.days = $3 and t.through = r.through and t.rank <= $4
   order by t.rank`,
);

/** The newest ranking of a window; `through` is null when there is none. */
export async function readTopUsers(
  tx: Transaction,
  {
    measure,
    days,
    timeZone,
    limit,
  }: {
    readonly measure: TopUserMeasure;
    readonly days: WindowDays;
    readonly timeZone: string;
    readonly limit: number;
  },
): Promise<{ readonly through: string | null; readonly users: readonly RankedUser[] }> {
  const rows = await tx.query(readStatement, [timeZone, measure, days, limit]);
  const users = rows.flatMap(({ rank, userId, coins }) =>
    rank === null || userId === null || coins === null ? [] : [{ rank, userId, coins }],
  );
  return { through: rows[0]?.through ?? null, users };
}

/** A day of a zone that is complete and not ranked yet, and where each window that ends with it begins. */
export interface UnrankedDay {
  readonly zone: string;
  readonly through: string;
  readonly to: Date;
  readonly from1: Date;
  readonly from7: Date;
  readonly from30: Date;
}

const findUnranked = statement<UnrankedDay>(
  'analytics.find_unranked_days',
  `select z.name as zone, d.through::text, (d.through + 1)::timestamp at time zone z.name as "to",
     d.through::timestamp at time zone z.name as "from1",
     (d.through - 6)::timestamp at time zone z.name as "from7",
     (d.through - 29)::timestamp at time zone z.name as "from30"
   from analytics.zones z
     cross join analytics.rollup_state s
     cross join lateral (select (s.as_of at time zone z.name)::date - 1 as through) d
   where s.name = 'facts' and s.as_of > '-infinity' and z.name = any ($1)
     and not exists (select from analytics.rankings r where r.zone = z.name and r.through = d.through)
   order by z.name`,
);

/** The last complete day of each of these zones, where nobody has ranked it yet. */
export async function findUnrankedDays(tx: Transaction, zones: readonly string[]): Promise<UnrankedDay[]> {
  return tx.query(findUnranked, [zones]);
}

const addRanking = statement<{ zone: string }>(
  'analytics.add_ranking',
  `insert into analytics.rankings (zone, through, ranked_at) values ($1, $2, clock_timestamp())
   on conflict do nothing returning zone`,
);

const addTopUsers = statement(
  'analytics.add_top_users',
  `insert into analytics.top_users (zone, measure, days, through, rank, user_id, coins)
   select $1, $2, $3, $4, rank, user_id, coins
   from unnest($5::uuid[], $6::bigint[]) with ordinality u (user_id, coins, rank)`,
);

/** @returns false when somebody else has ranked the day meanwhile */
export async function insertRanking(tx: Transaction, zone: string, through: string): Promise<boolean> {
  return (await tx.query(addRanking, [zone, through])).length > 0;
}

export async function insertTopUsers(
  tx: Transaction,
  window: {
    readonly zone: string;
    readonly measure: TopUserMeasure;
    readonly days: WindowDays;
    readonly through: string;
  },
  users: readonly { readonly userId: string; readonly coins: number }[],
): Promise<void> {
  const { zone, measure, days, through } = window;
  const ids = users.map(({ userId }) => userId);
  const coins = users.map((user) => user.coins);
  await tx.query(addTopUsers, [zone, measure, days, through, ids, coins]);
}

const forgetTopUsers = statement(
  'analytics.forget_top_users',
  `delete from analytics.top_users where zone = $1 and through < $2::date - 92`,
);

/** Rankings are kept for a quarter of a year. */
export async function forgetRankings(tx: Transaction, zone: string, through: string): Promise<void> {
  await tx.query(forgetTopUsers, [zone, through]);
}
