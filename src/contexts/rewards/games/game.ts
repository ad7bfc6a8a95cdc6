import type { RandomStream } from './random-stream.ts';

/** How rounds add up on a leaderboard: all of them together, or the best one alone. */
export type Scoring = 'sum' | 'best';

/** What every version of every game's rules says. */
export interface Rules {
  /** From the start of a round to its end. */
  readonly secondsToPlay: number;
}

/** What a player sends, shows or wins, tagged with the game it belongs to. */
export interface Tagged {
  readonly game: string;
}

/** What a round came to. */
export interface Outcome<Result extends Tagged = Tagged> {
  /** Points; never negative. */
  readonly score: number;
  /** Coins won; never negative. */
  readonly coins: number;
  readonly result: Result;
}

/**
 * A game: data, and one pure function that decides. Whoever has the rules, the seeds and the choices of a round comes to the
 * same outcome.
 */
export interface GameDefinition<R extends Rules, Choices extends Tagged, Challenge extends Tagged> {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly scoring: Scoring;
  /** IANA; where the days and weeks of its leaderboards and streaks begin. */
  readonly timeZone: string;
  /** By version. A version that rounds were started under never changes and never goes: rounds are judged by their own. */
  readonly rules: Readonly<Record<number, R>>;
  /** Under which new rounds start. Raise it one release after the version was added: two releases run side by side. */
  readonly currentVersion: number;
  /**
   * What the player must see in order to choose; then the round's stream is drawn without the player's seed, which nobody
   * knows at that moment. Absent when there is nothing to see.
   */
  readonly challenge?: (rules: R, stream: RandomStream) => Challenge;
  /** Whether these choices can be made under these rules. */
  readonly fits: (rules: R, choices: Choices) => boolean;
  readonly outcome: (rules: R, stream: RandomStream, choices: Choices) => Outcome;
}

/** The seeds of a round, as far as they are known. */
export interface RoundSeeds {
  readonly serverSeed: Buffer;
  readonly roundId: string;
}

/** A game as rounds are started and played with it, whatever its rules look like. */
export interface Game {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly scoring: Scoring;
  readonly timeZone: string;
  readonly currentVersion: number;
  /** Undefined for a version this build doesn't know. */
  rulesOf(version: number): (Rules & Tagged) | undefined;
  /** What the player is shown; null when there is nothing to see. Pure. */
  challenge(version: number, seeds: RoundSeeds): Tagged | null;
  /** What the choices come to; null when they cannot be made in this game. Pure. */
  outcome(version: number, seeds: RoundSeeds & { readonly clientSeed: string }, choices: Tagged): Outcome | null;
}
