import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { ContextModule } from '../context.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import type { ExchangeRate } from './exchange-rate.ts';
import { findExchangeRate } from './find-exchange-rate.ts';
import type { RateQuestion } from './find-exchange-rate.ts';
import { fetchDueRatesJob } from './jobs.ts';
import { createExchangeRatesOperations } from './operations.ts';
import { problems } from './problems.ts';
import { createExchangeRatesTasks, exchangeRatesSchedule } from './tasks.ts';

export { silentObserver } from './dependencies.ts';
export type { ExchangeRatesDependencies, RatesObserver } from './dependencies.ts';
export { FRESH_DAYS } from './exchange-rate.ts';
export type { ExchangeRate } from './exchange-rate.ts';
export type { RateQuestion } from './find-exchange-rate.ts';
export { problems as exchangeRateProblems } from './problems.ts';
export { fetchOutcomes } from './rate-fetch.ts';

/** What other contexts may ask of exchange rates. */
export interface ExchangeRateQuestions {
  /**
   * The stored rate of a pair on a day or the newest before it, on the asker's own connection. Nobody is asked over the network.
   *
   * @throws Problem 409 `rate-unavailable`: list it in your `x-problems`
   */
  findExchangeRate(queryable: Queryable, question: RateQuestion): Promise<ExchangeRate>;
  /** Has the latest rates asked for as soon as a worker is free, unless they are there. */
  requestDueRates(tx: Transaction): Promise<void>;
}

export function createExchangeRates(dependencies: ExchangeRatesDependencies): ContextModule & ExchangeRateQuestions {
  return {
    name: 'exchange-rates',
    operations: createExchangeRatesOperations(dependencies),
    tasks: createExchangeRatesTasks(dependencies),
    schedule: exchangeRatesSchedule,
    subscriptions: {},
    problems,
    findExchangeRate: (queryable, question) => findExchangeRate(queryable, dependencies, question),
    requestDueRates: (tx) => dependencies.enqueue(tx, fetchDueRatesJob, {}, { key: fetchDueRatesJob.name }),
  };
}
