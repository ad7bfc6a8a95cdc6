import type { Rate } from '../shared/rate.ts';
import type { Circuit } from './send-outcome.ts';

/** What one unit of a base currency was worth on one day. */
export interface RateTable {
  readonly base: string;
  /** `2026-11-20`: the day the provider speaks of. Earlier than the day asked for on weekends and holidays. */
  readonly asOf: string;
  /** By currency, those that `isCurrency` knows; at least one. Every digit as the provider wrote it. */
  readonly rates: ReadonlyMap<string, Rate>;
}

/** What came of asking a provider. */
export type RatesOutcome =
  | { readonly outcome: 'answered'; readonly table: RateTable }
  /** It has none for that day: before its first, or not yet. Asking again is pointless. */
  | { readonly outcome: 'no-rates'; readonly detail: string }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
  /** No answer, or none that can be used. `code` is fit for rows and metrics. */
  | { readonly outcome: 'unavailable'; readonly code: string; readonly detail: string };

export interface AskOptions {
  /** Aborts when waiting has become pointless. */
  readonly signal: AbortSignal;
  /** W3C trace context of the call. */
  readonly traceparent?: string | undefined;
}

/** Somebody who publishes exchange rates once a day or more. */
export interface RateProvider {
  /** As configuration, metrics and rows spell it: `frankfurter`. */
  readonly name: string;
  /**
   * Rates of a day, `2026-11-20`, or the latest. Which base they have is the provider's choice: its plan may allow one only.
   * Never throws for anything the other side does.
   */
  ask(day: string | undefined, options: AskOptions): Promise<RatesOutcome>;
  /** The circuit in front of it, for people. Absent: there is none. */
  circuit?(): Circuit;
}
