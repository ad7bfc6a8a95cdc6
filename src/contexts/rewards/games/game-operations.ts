import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import type { Standing } from '../leaderboards/standing-store.ts';
import { getLeaderboard } from '../leaderboards/get-leaderboard.ts';
import { playerName } from '../leaderboards/player-name.ts';
import type { Game } from './game.ts';
import { games, getGame } from './games.ts';
import { getGameStatistics } from './get-game-statistics.ts';
import { getRound } from './get-round.ts';
import { listRounds } from './list-rounds.ts';
import { playRound } from './play-round.ts';
import { commitOf, revealedSeed } from './round.ts';
import type { Round } from './round.ts';
import { createRoundTokens } from './round-token.ts';
import { startRound } from './start-round.ts';

type GameOperation =
  | 'getGames'
  | 'getGame'
  | 'startRound'
  | 'playRound'
  | 'getRound'
  | 'listRounds'
  | 'getGameStatistics'
  | 'getLeaderboard';

/** Boards begin in 1970, and offsets can move a moment beyond the year 9999, which no timestamp of the contract can say. */
const LAST_MOMENT = Date.UTC(9999, 11, 31);

/** Playing, and who is best at it. */
export function createGameOperations(dependencies: RewardsDependencies): Handlers<GameOperation> {
  const { clock, observer, gameSecret } = dependencies;
  const tokens = createRoundTokens(gameSecret);
  return {
    getGames: async () =>
      reply('getGames', { status: 200, body: { games: games.map((game) => gameBody(game, game.currentVersion)) } }),
    getGame: async ({ path, query }) => {
      const game = getGame(path.gameId);
      return reply('getGame', { status: 200, body: gameBody(game, query.rulesVersion ?? game.currentVersion) });
    },
    startRound: async ({ path }, { tx, principal, afterCommit }) => {
      const { gameId } = path;
      const started = await startRound({ tx, clock, tokens }, { gameId, userId: principal.userId });
      const { round, roundToken, isNew } = started;
      if (isNew) afterCommit(() => observer.roundStarted({ gameId }));
      return reply('startRound', {
        status: isNew ? 201 : 200,
        headers: { Location: `/api/v1/game-rounds/${round.id}` },
        body: { ...openBody(round), roundToken },
      });
    },
    playRound: async ({ path, body }, { tx, principal, afterCommit }) => {
      const refused = (reason: Parameters<typeof observer.playRefused>[0]['reason']) =>
        observer.playRefused({ reason });
      const round = await playRound({ tx, clock, tokens, refused }, { ...path, ...body, userId: principal.userId });
      const { gameId, play } = round;
      afterCommit(() => observer.roundEnded({ gameId, state: 'finished', coins: play?.coins ?? 0 }));
      return reply('playRound', { status: 200, body: roundBody(round) });
    },
    getRound: async ({ path }, { principal }) => {
      const round = await getRound(dependencies, { ...path, userId: principal.userId });
      return reply('getRound', { status: 200, body: roundBody(round) });
    },
    listRounds: async ({ query }, { principal }) => {
      const { gameId, state, limit, cursor } = query;
      const page = await listRounds(dependencies, { userId: principal.userId, gameId, state, limit, cursor });
      return reply('listRounds', { status: 200, body: { ...page, items: page.items.map(roundBody) } });
    },
    getGameStatistics: async ({ path }, { principal }) => {
      const { best, ...statistics } = await getGameStatistics(dependencies, { ...path, userId: principal.userId });
      const body = { ...statistics, ...(best === null ? {} : { best: { ...best, at: best.at.toISOString() } }) };
      return reply('getGameStatistics', { status: 200, body });
    },
    getLeaderboard: async ({ path, query }, { principal: { userId } }) => {
      const { at, limit, neighbours } = query;
      const board = await getLeaderboard(dependencies, {
        ...{ game: getGame(path.gameId), period: path.period, userId, limit, neighbours },
        at: at === undefined ? undefined : new Date(Math.min(Math.max(Date.parse(at), 0), LAST_MOMENT)),
      });
      const entry = ({ userId: whose, rank, score, reachedAt }: Standing) => ({
        ...{ rank, score, player: playerName(gameSecret, whose), me: whose === userId },
        reachedAt: reachedAt.toISOString(),
      });
      const body = {
        periodStart: board.periodStart.toISOString(),
        players: board.players,
        top: board.top.map(entry),
        ...(board.me === null ? {} : { me: entry(board.me) }),
        around: board.around.map(entry),
      };
      return reply('getLeaderboard', { status: 200, body });
    },
  };
}

function gameBody(game: Game, rulesVersion: number): Schema<'Game'> {
  const { id, name, description, scoring, timeZone } = game;
  const rules = game.rulesOf(rulesVersion);
  if (rules === undefined) throw notFound();
  // Each game's rules have the schema of its own name: games.api.test.ts holds them against it.
  return { id, name, description, scoring, timeZone, rulesVersion, rules: rules as Schema<'GameRules'> };
}

function openBody(round: Round) {
  const { id, gameId, rulesVersion, state, serverSeed, startedAt, expiresAt } = round;
  const challenge = getGame(gameId).challenge(rulesVersion, { roundId: id, serverSeed });
  return {
    ...{ id, gameId, rulesVersion, state, commit: commitOf(round) },
    ...(challenge === null ? {} : { challenge: challenge as Schema<'RoundChallenge'> }),
    startedAt: startedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}

function roundBody(round: Round): Schema<'Round'> {
  const seed = revealedSeed(round);
  const { play } = round;
  return {
    ...openBody(round),
    ...(seed === null ? {} : { serverSeed: seed.toString('hex') }),
    ...(play === null ? {} : { play: playBody(play) }),
  };
}

function playBody({ clientSeed, choices, result, score, coins, finishedAt }: NonNullable<Round['play']>) {
  return {
    ...{ clientSeed, score, coins, finishedAt: finishedAt.toISOString() },
    // What is stored came in through the contract, or out of the game of that name.
    choices: choices as Schema<'RoundChoices'>,
    result: result as Schema<'RoundResult'>,
  };
}
