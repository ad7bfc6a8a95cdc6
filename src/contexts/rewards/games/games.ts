import { notFound } from '../../../shared/platform-problems.ts';
import { dice } from './dice.ts';
import type { Game } from './game.ts';
import { sums } from './sums.ts';

/** Every game there is. One that rounds were played of never goes: its rounds stay readable. */
export const games: readonly Game[] = [dice, sums];

/** @throws Problem 404 `not-found` */
export function getGame(gameId: string): Game {
  const game = games.find(({ id }) => id === gameId);
  if (game === undefined) throw notFound();
  return game;
}
