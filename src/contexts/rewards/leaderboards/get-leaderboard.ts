import type { RewardsDependencies } from '../dependencies.ts';
import type { Game } from '../games/game.ts';
import { boardOf } from './board.ts';
import type { BoardPeriod } from './board.ts';
import { countPlayers, findPeriodStart, findStanding, listNeighbours, listTop } from './standing-store.ts';
import type { Entry, Standing } from './standing-store.ts';

export interface GetLeaderboard {
  readonly game: Game;
  readonly period: BoardPeriod;
  /** A moment in the period; default now. */
  readonly at: Date | undefined;
  readonly userId: string;
  /** Of the best. */
  readonly limit: number;
  /** On either side of the caller. */
  readonly neighbours: number;
}

export interface Leaderboard {
  readonly periodStart: Date;
  readonly players: number;
  readonly top: readonly Standing[];
  /** Where the caller stands; null without a point. */
  readonly me: Standing | null;
  /** Those around the caller, the caller among them, in the order of the board. */
  readonly around: readonly Standing[];
}

/** A board as it is at one moment: its top, the caller's rank and neighbours come from one snapshot and agree. */
export async function getLeaderboard(
  { primary, clock }: Pick<RewardsDependencies, 'primary' | 'clock'>,
  { game, period, at = clock.now(), userId, limit, neighbours }: GetLeaderboard,
): Promise<Leaderboard> {
  const { board } = boardOf(game, period);
  return primary.transaction(
    async (tx) => {
      const periodStart = await findPeriodStart(tx, { period, timeZone: game.timeZone, at });
      const part = { board, periodStart };
      const top = ranked(await listTop(tx, part, limit), 1);
      const me = (await findStanding(tx, part, userId)) ?? null;
      const players = await countPlayers(tx, part);
      if (me === null) return { periodStart, players, top, me, around: [] };
      const { above, below } = await listNeighbours(tx, part, me, neighbours);
      return { periodStart, players, top, me, around: ranked([...above, me, ...below], me.rank - above.length) };
    },
    { isolation: 'repeatable read', readOnly: true },
  );
}

function ranked(entries: readonly Entry[], first: number): Standing[] {
  return entries.map(({ userId, score, reachedAt }, index) => ({ userId, score, reachedAt, rank: first + index }));
}
