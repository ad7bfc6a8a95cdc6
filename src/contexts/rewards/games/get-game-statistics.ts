import { statement } from '../../../database/transaction.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { getGame } from './games.ts';

/** How a player has done in a game so far. */
export interface GameStatistics {
  readonly rounds: number;
  readonly points: number;
  /** The best round; null before the first. */
  readonly best: { readonly score: number; readonly at: Date } | null;
  /** Days in a row, up to today or yesterday, on which a round was finished. */
  readonly streakDays: number;
  readonly longestStreakDays: number;
}

interface PlayerRow {
  readonly rounds: number;
  readonly points: number;
  readonly best: number;
  readonly bestAt: Date;
  readonly streakDays: number;
  readonly longestStreakDays: number;
}

const findPlayerStatement = statement<PlayerRow>(
  'rewards.find_player',
  `select rounds, points, best, best_at as "bestAt", longest_streak_days as "longestStreakDays",
     case when ($3::timestamptz at time zone $4)::date - last_day <= 1 then streak_days else 0 end as "streakDays"
   from rewards.game_players where user_id = $1 and game_id = $2`,
);

/** @throws Problem 404 `not-found` for an unknown game */
export async function getGameStatistics(
  { primary, clock }: Pick<RewardsDependencies, 'primary' | 'clock'>,
  { userId, gameId }: { readonly userId: string; readonly gameId: string },
): Promise<GameStatistics> {
  const { timeZone } = getGame(gameId);
  const [player] = await primary.query(findPlayerStatement, [userId, gameId, clock.now(), timeZone]);
  if (player === undefined) return { rounds: 0, points: 0, best: null, streakDays: 0, longestStreakDays: 0 };
  const { best, bestAt, ...rest } = player;
  return { ...rest, best: { score: best, at: bestAt } };
}
