import { daysBetween } from './exchange-rate.ts';

export const fetchOutcomes = [
  /** New rates were stored, or put aside. */
  'stored',
  /** All of them were known. */
  'unchanged',
  /** The provider has none for that day. */
  'no-rates',
  /** It did not answer, or not as it should. */
  'failed',
] as const;
export type FetchOutcome = (typeof fetchOutcomes)[number];

/** What became of one question to one provider. */
export interface RateFetch {
  readonly id: string;
  /** Whoever asked for it got this id; null where the schedule did. */
  readonly requestId: string | null;
  readonly provider: string;
  /** Null asked for the latest. */
  readonly askedDate: string | null;
  readonly outcome: FetchOutcome;
  readonly asOf: string | null;
  readonly stored: number;
  readonly quarantined: number;
  /** Why, of `no-rates` and `failed`; for people. */
  readonly detail: string | null;
  readonly beganAt: Date;
  readonly endedAt: Date;
}

/** Four hours: six questions a day fit into the smallest free plan, 250 a month, and find what is published in the afternoon. */
const PAUSE = 4 * 3_600_000;
const PAUSE_AFTER_FAILURE = 1_800_000;

/** How the latest rates stand. */
export interface RateState {
  /** The newest day there are rates of, by a provider that is asked; null before the first. */
  readonly asOf: string | null;
  /** The last scheduled question; null before the first. */
  readonly last: { readonly outcome: FetchOutcome; readonly endedAt: Date } | null;
}

/** Whether the latest rates should be asked for: not those of today yet, and not just asked. */
export function isDue({ asOf, last }: RateState, now: Date, today: string): boolean {
  if (asOf !== null && daysBetween(asOf, today) <= 0) return false;
  if (last === null) return true;
  const pause = last.outcome === 'failed' ? PAUSE_AFTER_FAILURE : PAUSE;
  return now.getTime() >= last.endedAt.getTime() + pause;
}
