import { randomBytes } from 'node:crypto';
import type { Database } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import type { RewardsFixture } from '../rewards.fixture.ts';
import { boardOf } from '../leaderboards/board.ts';
import type { BoardPeriod } from '../leaderboards/board.ts';
import type { Tagged } from './game.ts';
import { finishRound } from './finish-round-store.ts';
import { getGame } from './games.ts';
import { playRound } from './play-round.ts';
import type { PlayRefusal, PlayRound } from './play-round.ts';
import { insertRound } from './round-store.ts';
import { createRoundTokens } from './round-token.ts';
import type { RoundTokens } from './round-token.ts';
import type { Round } from './round.ts';
import { startRound } from './start-round.ts';
import type { StartedRound } from './start-round.ts';

export const diceChoices: Tagged & { readonly number: number } = { game: 'dice', number: 3 };

/** Playing on the database of a rewards fixture. */
export interface Table {
  readonly tokens: RoundTokens;
  /** Why plays were refused, in their order. */
  readonly refusals: PlayRefusal[];
  start(userId: string, gameId?: string, database?: Database): Promise<StartedRound>;
  play(userId: string, started: StartedRound, change?: Partial<PlayRound>, database?: Database): Promise<Round>;
  /** Starts and plays. */
  round(userId: string): Promise<Round>;
}

export function openTable({
  test,
  dependencies,
}: Pick<RewardsFixture, 'test'> & {
  readonly dependencies: Pick<RewardsDependencies, 'clock' | 'gameSecret'>;
}): Table {
  const { clock, gameSecret } = dependencies;
  const tokens = createRoundTokens(gameSecret);
  const refusals: PlayRefusal[] = [];
  const table: Table = {
    tokens,
    refusals,
    start: (userId, gameId = 'dice', database = test.database) =>
      database.transaction((tx) => startRound({ tx, clock, tokens }, { userId, gameId })),
    play: (userId, { round, roundToken }, change = {}, database = test.database) =>
      database.transaction((tx) =>
        playRound(
          { tx, clock, tokens, refused: (reason) => void refusals.push(reason) },
          { ...{ userId, roundId: round.id, roundToken, clientSeed: 'seed', choices: diceChoices }, ...change },
        ),
      ),
    round: async (userId) => table.play(userId, await table.start(userId)),
  };
  return table;
}

/** What a played round left in a game: for setting scenes that chance would not bring about. */
export interface Scored {
  readonly userId: string;
  readonly score: number;
  readonly at: Date;
}

/** A finished round of a game with this score, through the statement that decides every round. */
export async function score(
  { test }: Pick<RewardsFixture, 'test'>,
  gameId: string,
  { userId, score: points, at }: Scored,
): Promise<void> {
  const round = { id: newId(), userId, gameId, rulesVersion: 1, serverSeed: randomBytes(32), startedAt: at };
  const nonceHash = randomBytes(32);
  const play = {
    clientSeed: 'seed',
    choices: diceChoices,
    result: diceChoices,
    score: points,
    coins: 0,
    finishedAt: at,
  };
  await test.database.transaction(async (tx) => {
    await insertRound(tx, { ...round, nonceHash, expiresAt: new Date(at.getTime() + 1_000) });
    if (!(await finishRound(tx, { round, game: getGame(gameId), nonceHash, play }))) throw new Error('not finished');
  });
}

/** A board as its rows, in its order. */
export async function boardRows({ sql }: Pick<RewardsFixture, 'sql'>, gameId: string, period: BoardPeriod) {
  return sql<{ userId: string; score: number; reachedAt: Date; periodStart: Date }>(
    `select user_id as "userId", score, reached_at as "reachedAt", period_start as "periodStart"
     from rewards.leaderboard_entries where board = $1 order by period_start, score desc, reached_at, user_id`,
    [boardOf(getGame(gameId), period).board],
  );
}
