import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { newId } from '../../../shared/id.ts';
import { unavailable } from '../../../shared/platform-problems.ts';
import type { Game } from './game.ts';
import { getGame } from './games.ts';
import { hashOfNonce, nonceOf } from './round-token.ts';
import type { RoundTokens } from './round-token.ts';
import { expireOpenRound, findOpenRound, insertRound } from './round-store.ts';
import type { Round } from './round.ts';

/** A round that waits for its play. */
export interface StartedRound {
  readonly round: Round;
  readonly roundToken: string;
  /** False for one that was live already. */
  readonly isNew: boolean;
}

/** How often a round may end between two looks before the caller is sent away. */
const ATTEMPTS = 3;

/**
 * Starts a round, or gives the player's live one as it is: there is never more than one per player and game. One whose time
 * is up is closed first. The outcome depends on a seed that is fixed and committed to here, before any choice is known.
 *
 * @throws Problem 404 `not-found` for an unknown game
 */
export async function startRound(
  { tx, clock, tokens }: { readonly tx: Transaction; readonly clock: Clock; readonly tokens: RoundTokens },
  { userId, gameId }: { readonly userId: string; readonly gameId: string },
): Promise<StartedRound> {
  const game = getGame(gameId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const fresh = newRound(game, userId, clock.now());
    const opened = await insertRound(tx, fresh);
    if (opened !== undefined) return started(opened, tokens, true);
    if (await expireOpenRound(tx, { userId, gameId }, clock.now())) continue;
    const live = await findOpenRound(tx, { userId, gameId });
    if (live !== undefined) return started(live, tokens, false);
  }
  throw unavailable(1, { detail: 'Rounds of this player are started and ended at once, again and again.' });
}

function newRound(game: Game, userId: string, now: Date) {
  const rules = game.rulesOf(game.currentVersion);
  if (rules === undefined) throw new Error(`${game.id} has no current rules.`);
  const identity = { id: newId(now.getTime()), serverSeed: randomBytes(32) };
  return {
    ...identity,
    userId,
    gameId: game.id,
    rulesVersion: game.currentVersion,
    nonceHash: hashOfNonce(nonceOf(identity)),
    startedAt: now,
    expiresAt: new Date(now.getTime() + rules.secondsToPlay * 1_000),
  };
}

function started(round: Round, tokens: RoundTokens, isNew: boolean): StartedRound {
  const { id: roundId, userId, gameId, rulesVersion, expiresAt } = round;
  const claims = { roundId, userId, gameId, rulesVersion, expiresAt: expiresAt.getTime(), nonce: nonceOf(round) };
  return { round, roundToken: tokens.issue(claims), isNew };
}
