import { games } from '../games/games.ts';
import { boardsOf } from './board.ts';

const boards = games.flatMap((game) => boardsOf(game).map((board) => ({ ...board, game })));

/** Every board there is, as the first five parameters of a statement: see {@link boardColumns}. */
export const boardValues: readonly unknown[] = [
  boards.map(({ board }) => board),
  boards.map(({ period }) => period),
  boards.map(({ game }) => game.id),
  boards.map(({ game }) => game.timeZone),
  boards.map(({ game }) => game.scoring === 'sum'),
];

/** A row for each board; `adds`: its scores add up. */
export const boardColumns =
  'unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[]) b (board, period, game_id, zone, adds)';
