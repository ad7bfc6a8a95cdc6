import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import { boardColumns, boardValues } from './board-columns.ts';
import { lockHistogram } from './count-scores.ts';

/** What score events come to on every board; `where` narrows the events. */
const expected = (where: string): string =>
  `select b.board, rewards.board_period(b.period, b.zone, s.finished_at) as period_start, s.user_id,
     case when b.adds then sum(s.score) else max(s.score) end::bigint as score,
     case when b.adds then max(s.finished_at)
       else (array_agg(s.finished_at order by s.score desc, s.finished_at))[1] end as reached_at
   from ${boardColumns}
     join rewards.score_events s on s.game_id = b.game_id
   where s.score > 0 ${where}
   group by 1, 2, 3, b.adds`;

/** An entry of a board that the score events do not agree with. */
export interface WrongEntry {
  readonly board: string;
  readonly periodStart: Date;
  readonly userId: string;
  /** Null: none should be there. */
  readonly expected: number | null;
  /** Null: none is there. */
  readonly actual: number | null;
}

const wrongEntriesStatement = statement<WrongEntry>(
  'rewards.list_wrong_entries',
  `select board, period_start as "periodStart", user_id as "userId", x.score as expected, e.score as actual
   from (${expected('')}) x full join rewards.leaderboard_entries e using (board, period_start, user_id)
   where (x.score, x.reached_at) is distinct from (e.score, e.reached_at)
   order by board, period_start, user_id limit $6`,
);

/** The first entries that differ. Reads whole tables. */
export async function listWrongEntries(queryable: Queryable, limit: number): Promise<WrongEntry[]> {
  return queryable.query(wrongEntriesStatement, [...boardValues, limit]);
}

/** Which entry of which board. */
type EntryKey = Pick<WrongEntry, 'board' | 'periodStart' | 'userId'>;

/** Keys as three columns. */
function keyValues(keys: readonly EntryKey[]): readonly unknown[] {
  return [keys.map(({ board }) => board), keys.map(({ periodStart }) => periodStart), keys.map(({ userId }) => userId)];
}

const lockStatement = statement<EntryKey>(
  'rewards.lock_entries',
  `select e.board, e.period_start as "periodStart", e.user_id as "userId" from rewards.leaderboard_entries e
   where (e.board, e.period_start, e.user_id) in (select * from unnest($1::text[], $2::timestamptz[], $3::uuid[]))
   order by e.board, e.period_start, e.user_id for update`,
);

/** The entries asked for, and what they should be. */
const wantedEntries = `wanted as (
     select * from unnest($6::text[], $7::timestamptz[], $8::uuid[]) w (board, period_start, user_id)),
   right_ones as (
     select x.* from (${expected('and s.user_id = any ($8)')}) x join wanted using (board, period_start, user_id))`;

const correctStatement = statement(
  'rewards.correct_entries',
  `with ${wantedEntries},
   corrected as (
     update rewards.leaderboard_entries e set score = r.score, reached_at = r.reached_at from right_ones r
     where (e.board, e.period_start, e.user_id) = (r.board, r.period_start, r.user_id)),
   gone as (
     delete from rewards.leaderboard_entries e using wanted w left join right_ones r using (board, period_start, user_id)
     where r.score is null and (e.board, e.period_start, e.user_id) = (w.board, w.period_start, w.user_id)
     returning e.board, e.period_start, e.counted_bucket)
   update rewards.score_histogram h set n = h.n - gone.n
   from (
     select board, period_start, counted_bucket, count(*) as n from gone
     where counted_bucket is not null group by 1, 2, 3) gone
   where (h.board, h.period_start, h.bucket) = (gone.board, gone.period_start, gone.counted_bucket)`,
);
const replaceStatement = statement(
  'rewards.replace_entries',
  `with ${wantedEntries}
   insert into rewards.leaderboard_entries (board, period_start, user_id, score, reached_at)
   select board, period_start, user_id, score, reached_at from right_ones on conflict do nothing`,
);

/**
 * Makes these entries what the score events say, while people play. What is there is locked first, in a statement of its own:
 * the next one sees every play that had the entry before, and a later play adds to the right score. What is not there is
 * left to a play that brings it at this moment.
 */
export async function repairEntries(tx: Transaction, wrong: readonly WrongEntry[]): Promise<void> {
  await lockHistogram(tx);
  const locked = await tx.query(lockStatement, keyValues(wrong));
  await tx.query(correctStatement, [...boardValues, ...keyValues(locked)]);
  await tx.query(replaceStatement, [...boardValues, ...keyValues(wrong)]);
}

const recountStatement = statement<{ wrong: number }>(
  'rewards.recount_histogram',
  `with corrected as (
     merge into rewards.score_histogram h
     using (
       select board, period_start, counted_bucket as bucket, count(*) as n from rewards.leaderboard_entries
       where counted_bucket is not null group by 1, 2, 3) c
     on (h.board, h.period_start, h.bucket) = (c.board, c.period_start, c.bucket)
     when matched and h.n <> c.n then update set n = c.n
     when not matched then insert (board, period_start, bucket, n) values (c.board, c.period_start, c.bucket, c.n)
     when not matched by source and h.n <> 0 then update set n = 0
     returning 1)
   select count(*) as wrong from corrected`,
);

/** Makes the histogram what the entries say it has counted. @returns how many buckets were wrong */
export async function recountHistogram(tx: Transaction): Promise<number> {
  await lockHistogram(tx);
  const [answer] = await tx.query(recountStatement);
  return answer?.wrong ?? 0;
}
