import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';

/** One board in one of its periods. */
export interface BoardPart {
  readonly board: string;
  readonly periodStart: Date;
}

/** A player on a board. */
export interface Entry {
  readonly userId: string;
  readonly score: number;
  readonly reachedAt: Date;
}

const periodStatement = statement<{ start: Date }>(
  'rewards.find_board_period',
  'select rewards.board_period($1, $2, $3) as start',
);

/** When the period began that holds this moment. */
export async function findPeriodStart(
  queryable: Queryable,
  { period, timeZone, at }: { readonly period: string; readonly timeZone: string; readonly at: Date },
): Promise<Date> {
  const [found] = await queryable.query(periodStatement, [period, timeZone, at]);
  if (found === undefined) throw new Error('A function gave no row.');
  return found.start;
}

const topStatement = statement<Entry>(
  'rewards.list_top',
  `select user_id as "userId", score, reached_at as "reachedAt" from rewards.leaderboard_entries
   where board = $1 and period_start = $2 order by score desc, reached_at, user_id limit $3`,
);

/** The best, in their order: score, then who reached it first, then user id. */
export async function listTop(queryable: Queryable, part: BoardPart, limit: number): Promise<Entry[]> {
  return queryable.query(topStatement, [part.board, part.periodStart, limit]);
}

export interface Standing extends Entry {
  readonly rank: number;
}

/**
 * Players above = those the histogram counts in higher buckets, corrected by the few it counts in an old bucket or not yet,
 * and those in the same bucket who are really above. All from one snapshot, so it is exact whenever the histogram was last
 * brought up to date.
 */
const standingStatement = statement<Standing>(
  'rewards.find_standing',
  `select me.user_id as "userId", me.score, me.reached_at as "reachedAt", 1
     + (select coalesce(sum(h.n), 0) from rewards.score_histogram h
        where h.board = $1 and h.period_start = $2 and h.bucket > me.bucket)
     + (select count(*) filter (where e.bucket > me.bucket) - count(*) filter (where e.counted_bucket > me.bucket)
        from rewards.leaderboard_entries e
        where e.board = $1 and e.period_start = $2 and e.bucket is distinct from e.counted_bucket)
     + (select count(*) from rewards.leaderboard_entries e
        where e.board = $1 and e.period_start = $2 and e.score > me.score
          and e.score < (me.bucket + 1)::bigint * (me.bucket + 1))
     + (select count(*) from rewards.leaderboard_entries e
        where e.board = $1 and e.period_start = $2 and e.score = me.score
          and (e.reached_at, e.user_id) < (me.reached_at, me.user_id)) as rank
   from rewards.leaderboard_entries me where me.board = $1 and me.period_start = $2 and me.user_id = $3`,
);

/** Where a player stands; undefined for one without a point. */
export async function findStanding(
  queryable: Queryable,
  part: BoardPart,
  userId: string,
): Promise<Standing | undefined> {
  const [standing] = await queryable.query(standingStatement, [part.board, part.periodStart, userId]);
  return standing;
}

const neighbour = `e.user_id as "userId", e.score, e.reached_at as "reachedAt"`;
const onBoard = `from rewards.leaderboard_entries e where e.board = $1 and e.period_start = $2`;

const aboveStatement = statement<Entry>(
  'rewards.list_above',
  `select * from (
     (select ${neighbour} ${onBoard} and e.score = $3 and (e.reached_at, e.user_id) < ($4, $5)
      order by e.reached_at desc, e.user_id desc limit $6)
     union all
     (select ${neighbour} ${onBoard} and e.score > $3 order by e.score, e.reached_at desc, e.user_id desc limit $6)) near
   order by score, "reachedAt" desc, "userId" desc limit $6`,
);
const belowStatement = statement<Entry>(
  'rewards.list_below',
  `select * from (
     (select ${neighbour} ${onBoard} and e.score = $3 and (e.reached_at, e.user_id) > ($4, $5)
      order by e.reached_at, e.user_id limit $6)
     union all
     (select ${neighbour} ${onBoard} and e.score < $3 order by e.score desc, e.reached_at, e.user_id limit $6)) near
   order by score desc, "reachedAt", "userId" limit $6`,
);

/** Those right above and right below, in the order of the board, at most `limit` on either side. */
export async function listNeighbours(
  queryable: Queryable,
  { board, periodStart }: BoardPart,
  { score, reachedAt, userId }: Entry,
  limit: number,
): Promise<{ readonly above: readonly Entry[]; readonly below: readonly Entry[] }> {
  const values = [board, periodStart, score, reachedAt, userId, limit];
  const above = await queryable.query(aboveStatement, values);
  const below = await queryable.query(belowStatement, values);
  return { above: above.toReversed(), below };
}

const countStatement = statement<{ players: number }>(
  'rewards.count_players',
  `select (select coalesce(sum(n), 0) from rewards.score_histogram where board = $1 and period_start = $2)
     + (select count(*) from rewards.leaderboard_entries
        where board = $1 and period_start = $2 and bucket is distinct from counted_bucket and counted_bucket is null)
     as players`,
);

/** How many stand on a board. */
export async function countPlayers(queryable: Queryable, part: BoardPart): Promise<number> {
  const [count] = await queryable.query(countStatement, [part.board, part.periodStart]);
  return count?.players ?? 0;
}
