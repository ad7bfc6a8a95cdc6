import { finishStatement } from './games/finish-round-store.ts';
import { playRound } from './games/play-round.ts';
import { findStatement, insertStatement } from './games/round-store.ts';
import { createRoundTokens } from './games/round-token.ts';
import { startRound } from './games/start-round.ts';
import { findStanding, listNeighbours, listTop } from './leaderboards/standing-store.ts';
import { recounts } from './recounts.ts';
import { listTopWallets } from './top-wallet-store.ts';

/** What `npm run bench:game` and `bench:dashboard` measure, and the statements that pgbench runs beside it. For benchmarks alone. */
export const measured = {
  createRoundTokens,
  startRound,
  playRound,
  /** Of a start: the first; of a play: the others. */
  statements: { insert: insertStatement.text, find: findStatement.text, finish: finishStatement.text },
  listTop,
  findStanding,
  listNeighbours,
  recounts,
  listTopWallets,
} as const;
