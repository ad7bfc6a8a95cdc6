import type { Database } from '../../database/transaction.ts';
import type { Enqueue } from '../../jobs/queue.ts';
import type { RateProvider } from '../../ports/exchange-rates.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/cursor.ts';
import type { FetchOutcome } from './rate-fetch.ts';

/** Hears what becomes of rates; the composition turns it into metrics. Must not throw. */
export interface RatesObserver {
  /** A question to a provider has ended so. */
  fetched(event: { readonly provider: string; readonly outcome: FetchOutcome }): void;
  /** After a look at the latest rates: of which day they are, and how many wait for a person. */
  looked(event: { readonly asOf: string | null; readonly quarantined: number }): void;
}

export const silentObserver: RatesObserver = { fetched: () => undefined, looked: () => undefined };

/** What the composition gives to exchange rates. */
export interface ExchangeRatesDependencies {
  /** For operations. */
  readonly primary: Database;
  /** For jobs. */
  readonly worker: Database;
  readonly clock: Clock;
  readonly enqueue: Enqueue;
  readonly cursors: Cursors;
  /** In the order in which they are asked, and believed where two have rates of the same day. */
  readonly providers: readonly RateProvider[];
  readonly observer: RatesObserver;
}
