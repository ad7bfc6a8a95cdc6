import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound, unavailable } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import type { ProblemType } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { finishRound } from './finish-round-store.ts';
import type { Tagged } from './game.ts';
import { getGame } from './games.ts';
import { findRound } from './round-store.ts';
import { hashOfNonce } from './round-token.ts';
import type { RoundTokens } from './round-token.ts';
import type { Play, Round } from './round.ts';

export interface PlayRound {
  readonly userId: string;
  readonly roundId: string;
  readonly roundToken: string;
  readonly clientSeed: string;
  readonly choices: Tagged;
}

/** Why a play was refused, as the metric counts it. */
export const playRefusals = ['unknown', 'forged', 'mismatched', 'replayed', 'late', 'parallel', 'unfit'] as const;
export type PlayRefusal = (typeof playRefusals)[number];

export interface PlayDependencies {
  readonly tx: Transaction;
  readonly clock: Clock;
  readonly tokens: RoundTokens;
  /** Hears why a play is refused. */
  readonly refused: (reason: PlayRefusal) => void;
}

/**
 * Plays a round once. The server alone decides the outcome, from the seed it committed to; score, leaderboards and coins are
 * written with it or not at all. Times are the server's.
 *
 * @throws Problem 404 `not-found`, also for other people's rounds; 409 `round-token-invalid`, `round-token-mismatch`,
 *   `round-finished`, `round-expired`, `round-played-meanwhile`, `choices-unfit`
 */
export async function playRound(dependencies: PlayDependencies, command: PlayRound): Promise<Round> {
  const { tx, clock, tokens, refused } = dependencies;
  const refuse = (reason: PlayRefusal, type: ProblemType): Problem => {
    refused(reason);
    return new Problem(type, { detail: details[reason] });
  };
  const round = await findRound(tx, { id: command.roundId, userId: command.userId });
  if (round === undefined) {
    refused('unknown');
    throw notFound();
  }
  const claims = tokens.read(command.roundToken);
  if (claims === null) throw refuse('forged', problems['round-token-invalid']);
  const { roundId, userId, gameId } = claims;
  if (roundId !== round.id || userId !== round.userId || gameId !== round.gameId) {
    throw refuse('mismatched', problems['round-token-mismatch']);
  }
  const now = clock.now();
  if (round.state === 'finished') throw refuse('replayed', problems['round-finished']);
  if (round.state === 'expired' || round.expiresAt <= now) throw refuse('late', problems['round-expired']);

  const { rulesVersion, serverSeed } = round;
  const { clientSeed, choices } = command;
  const game = getGame(gameId);
  // Started by a process of the next release: it can play it.
  if (game.rulesOf(rulesVersion) === undefined) throw unavailable(5);
  const outcome = game.outcome(rulesVersion, { serverSeed, roundId, clientSeed }, choices);
  if (outcome === null) throw refuse('unfit', problems['choices-unfit']);
  const play: Play = { ...outcome, clientSeed, choices, finishedAt: now };
  if (await finishRound(tx, { round, game, nonceHash: hashOfNonce(claims.nonce), play })) {
    return { ...round, state: 'finished', play };
  }
  // Between our look and our try somebody else's play or the sweep was quicker; a round still open has another nonce.
  const later = await findRound(tx, round);
  if (later?.state === 'open') throw refuse('forged', problems['round-token-invalid']);
  if (later?.state === 'expired') throw refuse('late', problems['round-expired']);
  throw refuse('parallel', problems['round-played-meanwhile']);
}

const details: Readonly<Record<PlayRefusal, string>> = {
  unknown: 'There is no such round of yours.',
  forged: 'The token was not made here, or was changed.',
  mismatched: 'The token belongs to another round.',
  replayed: 'The round is over: read it for its outcome, and start another one.',
  late: 'The time of the round is up: start another one.',
  parallel: 'Another request played this round at the same moment: read it for its outcome.',
  unfit: 'These choices cannot be made in this game.',
};
