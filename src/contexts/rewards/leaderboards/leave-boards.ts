import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { boardColumns, boardValues } from './board-columns.ts';
import { lockHistogram } from './count-scores.ts';

const leaveStatement = statement(
  'rewards.leave_boards',
  `with stood as (
     select distinct b.board, rewards.board_period(b.period, b.zone, s.finished_at) as period_start
     from ${boardColumns} join rewards.score_events s on s.game_id = b.game_id where s.user_id = $6),
   gone as (
     delete from rewards.leaderboard_entries e using stood s
     where e.user_id = $6 and (e.board, e.period_start) = (s.board, s.period_start)
     returning e.board, e.period_start, e.counted_bucket)
   update rewards.score_histogram h set n = h.n - gone.n
   from (
     select board, period_start, counted_bucket, count(*) as n from gone
     where counted_bucket is not null group by 1, 2, 3) gone
   where (h.board, h.period_start, h.bucket) = (gone.board, gone.period_start, gone.counted_bucket)`,
);

/** Takes a player off every board. The score events must still be there: they tell which. */
export async function leaveBoards(tx: Transaction, userId: string): Promise<void> {
  await lockHistogram(tx);
  await tx.query(leaveStatement, [...boardValues, userId]);
}
