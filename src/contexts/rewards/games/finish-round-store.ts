import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { boardsOf } from '../leaderboards/board.ts';
import type { Game } from './game.ts';
import type { Play, Round } from './round.ts';

const streak = `case when excluded.last_day - p.last_day = 1 then p.streak_days + 1
       when excluded.last_day <= p.last_day then p.streak_days else 1 end`;

/**
 * The one statement that decides. All of it follows from the guarded UPDATE: where that finds no open round with this nonce
 * in its time, nothing is written. $13: rounds add up; otherwise the best one counts. $14: the pool that pays.
 */
export const finishStatement = statement<{ id: string }>(
  'rewards.finish_round',
  `with finished as (
     update rewards.game_rounds
     set state = 'finished', finished_at = $4, client_seed = $5, choices = $6, outcome = $7, score = $8, coins = $9
     where id = $1 and user_id = $2 and state = 'open' and nonce_hash = $3 and expires_at > $4
     returning id, user_id, game_id),
   event as (
     insert into rewards.score_events (round_id, user_id, game_id, score, coins, finished_at)
     select id, user_id, game_id, $8, $9, $4 from finished),
   player as (
     insert into rewards.game_players as p
       (user_id, game_id, rounds, points, best, best_at, streak_days, longest_streak_days, last_day)
     select user_id, game_id, 1, $8, $8, $4, 1, 1, ($4::timestamptz at time zone $10)::date from finished
     on conflict (user_id, game_id) do update set
       rounds = p.rounds + 1, points = p.points + excluded.points, best = greatest(p.best, excluded.best),
       best_at = case when excluded.best > p.best then excluded.best_at else p.best_at end,
       streak_days = ${streak},
       longest_streak_days = greatest(p.longest_streak_days, ${streak}),
       last_day = greatest(p.last_day, excluded.last_day)),
   boards as (
     insert into rewards.leaderboard_entries as e (board, period_start, user_id, score, reached_at)
     select b.board, rewards.board_period(b.period, $10, $4), f.user_id, $8, $4
     from finished f, unnest($11::text[], $12::text[]) b (board, period)
     where $8::bigint > 0
     on conflict (board, period_start, user_id) do update set
       score = case when $13 then e.score + excluded.score else excluded.score end,
       reached_at = case when $13 then greatest(e.reached_at, excluded.reached_at)
         when excluded.score > e.score then excluded.reached_at
         else least(e.reached_at, excluded.reached_at) end
     where $13 or excluded.score >= e.score),
   ledger as (
     insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id)
     select leg.account_id, leg.amount, 'round', f.id
     from finished f cross join lateral (values (f.user_id, $9::bigint), ($14::uuid, -$9::bigint)) leg (account_id, amount)
     where $9::bigint > 0)
   select id from finished`,
);

export interface FinishRound {
  readonly round: Pick<Round, 'id' | 'userId'>;
  readonly game: Game;
  readonly nonceHash: Buffer;
  readonly play: Play;
}

/**
 * Finishes an open round with its score event, leaderboards, statistics and ledger posting: all of it or nothing.
 *
 * @returns false when the round is not open any more, or not in its time
 */
export async function finishRound(tx: Transaction, finish: FinishRound): Promise<boolean> {
  return (await tx.query(finishStatement, finishValues(finish))).length > 0;
}

/** The values of {@link finishStatement}. */
export function finishValues({ round, game, nonceHash, play }: FinishRound): readonly unknown[] {
  const boards = boardsOf(game);
  return [
    round.id,
    round.userId,
    nonceHash,
    play.finishedAt,
    play.clientSeed,
    JSON.stringify(play.choices),
    JSON.stringify(play.result),
    play.score,
    play.coins,
    game.timeZone,
    boards.map(({ board }) => board),
    boards.map(({ period }) => period),
    game.scoring === 'sum',
    prizePoolOf(round.userId),
  ];
}

/** The prize pools that a migration opened. */
const POOLS = 64;

/** Which pool pays a player: always the same one, and another one for most others, so that winners rarely wait in line. */
export function prizePoolOf(userId: string): string {
  const shard = Number.parseInt(userId.slice(-2), 16) % POOLS;
  return `00000000-0000-8000-8000-0000000001${shard.toString(16).padStart(2, '0')}`;
}
