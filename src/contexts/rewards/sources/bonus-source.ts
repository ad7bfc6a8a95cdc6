import type { NumberSource } from '../../../ports/number-source.ts';

/** A place where a campaign's files appear. Configured, never stored: who writes configuration decides what pays coins. */
export interface BonusSource {
  /** As configuration, metrics and rows spell it. */
  readonly name: string;
  /** The campaign that its files feed: its coins, region and windows. */
  readonly campaignId: string;
  readonly source: NumberSource;
}

export const pollOutcomes = [
  /** A new file is being credited, in the window in which it was finished. */
  'imported',
  /** The same, but that window had ended a while before: Portico or the source was away. */
  'late',
  /** The same, but its window had another file: numbers in both are paid once, where the campaign pays per window. */
  'overlapping',
  /** A new version whose content is known: the same bytes as before, or in that window already. Nothing was imported. */
  'duplicate',
  /** Nothing new. */
  'unchanged',
  /** A new file that holds no numbers, or comes when its campaign takes none. Not asked for again until it changes. */
  'refused',
  /** The source or its file could not be read; tried again. */
  'failed',
] as const;
export type PollOutcome = (typeof pollOutcomes)[number];

/** What became of one look at a source, or of one file that it offered. */
export interface SourcePoll {
  readonly id: string;
  readonly source: string;
  readonly outcome: PollOutcome;
  /** Why, of `refused` and `failed`: a problem's code, a `SourceTrouble` or `campaign-unknown`. */
  readonly reason: string | null;
  readonly detail: string | null;
  readonly file: string | null;
  readonly windowStart: Date | null;
  readonly importId: string | null;
  readonly beganAt: Date;
  readonly endedAt: Date;
}

/** Milliseconds between two looks. */
export const POLL_INTERVAL = 300_000;
/** After failures the next look is this far away at most. */
const LONGEST_PAUSE = 3_600_000;

/**
 * When a source that failed so many times in a row is looked at again: the second failure skips one look, the third three, at
 * most an hour; what the source asks for counts when it is longer.
 */
export function retryAt(now: Date, failures: number, askedSeconds = 0): Date {
  const pause = Math.min(LONGEST_PAUSE, POLL_INTERVAL * 2 ** Math.max(0, failures - 1));
  // A little less than whole intervals: the look that is meant must not come a moment too early for it.
  return new Date(now.getTime() + Math.max(pause - POLL_INTERVAL / 2, askedSeconds * 1_000));
}

/** A file is late when its window ended longer ago than two looks take to find it. */
export function isLate(windowStart: Date, windowSeconds: number, now: Date): boolean {
  return now.getTime() > windowStart.getTime() + windowSeconds * 1_000 + 2 * POLL_INTERVAL;
}
