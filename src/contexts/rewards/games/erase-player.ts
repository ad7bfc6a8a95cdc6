import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { leaveBoards } from '../leaderboards/leave-boards.ts';

const forgetStatement = statement(
  'rewards.forget_player',
  `with events as (delete from rewards.score_events where user_id = $1),
     statistics as (delete from rewards.game_players where user_id = $1)
   delete from rewards.game_rounds where user_id = $1`,
);

/** Forgets what a person has played. The ledger keeps what was won, under an id that names nobody any more. */
export async function erasePlayer(tx: Transaction, userId: string): Promise<void> {
  await leaveBoards(tx, userId);
  await tx.query(forgetStatement, [userId]);
}

const lateStatement = statement<{ userId: string }>(
  'rewards.list_late_players',
  `select e.user_id as "userId" from rewards.erased_members e
   where exists (select from rewards.game_rounds r where r.user_id = e.user_id) order by e.user_id limit $1`,
);

/** Erased people who started a round in the moment they were erased. */
export async function listLatePlayers(tx: Transaction, limit: number): Promise<string[]> {
  const rows = await tx.query(lateStatement, [limit]);
  return rows.map(({ userId }) => userId);
}
