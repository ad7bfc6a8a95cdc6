import { createHash } from 'node:crypto';
import type { Tagged } from './game.ts';

/** `open`: waits for its play. `finished`: played. `expired`: nobody played it in time. */
export type RoundState = 'open' | 'finished' | 'expired';

/** One round of one game by one player. */
export interface Round {
  /** UUIDv7: ids sort by the start. */
  readonly id: string;
  readonly userId: string;
  readonly gameId: string;
  readonly rulesVersion: number;
  readonly state: RoundState;
  /** A secret while the round is open: only {@link revealedSeed} may leave this context. */
  readonly serverSeed: Buffer;
  readonly startedAt: Date;
  readonly expiresAt: Date;
  /** What a finished round has. */
  readonly play: Play | null;
}

/** How a round was played and what it came to. */
export interface Play {
  readonly clientSeed: string;
  readonly choices: Tagged;
  readonly result: Tagged;
  readonly score: number;
  readonly coins: number;
  readonly finishedAt: Date;
}

/** The seed that proves the outcome; null while it could still help a player. */
export function revealedSeed({ state, serverSeed }: Pick<Round, 'state' | 'serverSeed'>): Buffer | null {
  return state === 'open' ? null : serverSeed;
}

/** What commits the server to the seed: given out before any choice is known. SHA-256 in hexadecimal. */
export function commitOf({ serverSeed }: Pick<Round, 'serverSeed'>): string {
  return createHash('sha256').update(serverSeed).digest('hex');
}
