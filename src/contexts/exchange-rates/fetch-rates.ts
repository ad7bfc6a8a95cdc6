import type { RateProvider, RatesOutcome } from '../../ports/exchange-rates.ts';
import { newId } from '../../shared/id.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import { dayOf, daysBetween, isStale } from './exchange-rate.ts';
import { insertFetch } from './fetch-store.ts';
import type { RateFetch } from './rate-fetch.ts';
import { storeRates } from './store-rates.ts';

export type FetchDependencies = Pick<ExchangeRatesDependencies, 'worker' | 'clock' | 'providers' | 'observer'>;

export interface FetchRates {
  /** Null where the schedule asks. */
  readonly requestId: string | null;
  /** `2026-11-20`; null asks for the latest. */
  readonly day: string | null;
}

/**
 * Asks the providers in their order until one has rates fresh enough, and stores them. Each question leaves a record,
 * committed with what it brought.
 *
 * @returns the records, the last of which ended it; nobody had rates when none of them is `stored` or `unchanged`
 */
export async function fetchRates(
  dependencies: FetchDependencies,
  { requestId, day }: FetchRates,
  run: { readonly signal: AbortSignal; readonly traceparent?: string | undefined },
): Promise<readonly RateFetch[]> {
  const records: RateFetch[] = [];
  for (const provider of dependencies.providers) {
    if (run.signal.aborted) break;
    const record = await askOne(dependencies, provider, { requestId, day }, run);
    records.push(record);
    // A provider that carries on with old rates has stopped: the next may have not.
    if (record.asOf !== null && !isStale(record.asOf, day ?? dayOf(dependencies.clock.now()))) break;
  }
  return records;
}

async function askOne(
  { worker, clock, observer }: FetchDependencies,
  provider: RateProvider,
  { requestId, day }: FetchRates,
  options: { readonly signal: AbortSignal; readonly traceparent?: string | undefined },
): Promise<RateFetch> {
  const beganAt = clock.now();
  const answer = judged(await provider.ask(day ?? undefined, options), dayOf(clock.now()));
  const record = await worker.transaction(async (tx) => {
    const fetchedAt = clock.now();
    const found =
      answer.outcome === 'answered' ? await storeRates(tx, provider.name, answer.table, fetchedAt) : undefined;
    const fetch: RateFetch = {
      id: newId(fetchedAt.getTime()),
      requestId,
      provider: provider.name,
      askedDate: day,
      ...(answer.outcome === 'answered'
        ? { outcome: (found?.stored ?? 0) + (found?.quarantined ?? 0) > 0 ? 'stored' : 'unchanged', detail: null }
        : { outcome: answer.outcome === 'no-rates' ? 'no-rates' : 'failed', detail: detailOf(answer) }),
      asOf: answer.outcome === 'answered' ? answer.table.asOf : null,
      stored: found?.stored ?? 0,
      quarantined: found?.quarantined ?? 0,
      beganAt,
      endedAt: fetchedAt,
    };
    await insertFetch(tx, fetch);
    return fetch;
  });
  observer.fetched({ provider: provider.name, outcome: record.outcome });
  return record;
}

/** Rates of a day that has not come are no rates; a day ahead is another time zone. */
function judged(answer: RatesOutcome, today: string): RatesOutcome {
  if (answer.outcome !== 'answered' || daysBetween(today, answer.table.asOf) <= 1) return answer;
  return { outcome: 'unavailable', code: 'from-the-future', detail: `rates of ${answer.table.asOf}` };
}

function detailOf(answer: Exclude<RatesOutcome, { outcome: 'answered' }>): string {
  switch (answer.outcome) {
    case 'no-rates':
      return answer.detail;
    case 'throttled':
      return `asks for a pause of ${answer.retryAfterSeconds} s`;
    case 'unavailable':
      return `${answer.code}: ${answer.detail}`;
  }
}
