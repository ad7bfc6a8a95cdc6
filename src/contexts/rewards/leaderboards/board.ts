import type { Game } from '../games/game.ts';

/** How long the scores of a board add up. */
export const boardPeriods = ['daily', 'weekly', 'all-time'] as const;
export type BoardPeriod = (typeof boardPeriods)[number];

export interface Board {
  /** The name in the tables: `dice:daily`. */
  readonly board: string;
  readonly period: BoardPeriod;
}

/** The boards that a game's scores stand on. */
export function boardsOf(game: Pick<Game, 'id'>): readonly Board[] {
  return boardPeriods.map((period) => boardOf(game, period));
}

export function boardOf({ id }: Pick<Game, 'id'>, period: BoardPeriod): Board {
  return { board: `${id}:${period}`, period };
}
