/** Rates, made through the API where it can make them. */
import { statement } from '../../src/database/transaction.ts';
import { newId } from '../../src/shared/id.ts';
import type { World } from './world.ts';

const DAY = 86_400_000;
const quotes = ['USD', 'GBP', 'CHF', 'JPY', 'SEK', 'KWD'];
let asked = 0;
let day = Date.parse('2021-01-04');

/** Another currency that the sandbox knows each time. */
export function nextQuote(): string {
  return quotes[(asked += 1) % quotes.length] ?? '';
}

/** Another working day each time: the sandbox has rates of its own for each. */
export function nextRateDay(): string {
  do day += DAY;
  while ([0, 6].includes(new Date(day).getUTCDay()));
  return new Date(day).toISOString().slice(0, 10);
}

/** Has the sandbox asked for the rates of another day. */
export async function fetchNextRates({ call, staff, portico }: World): Promise<void> {
  await call(staff, 'POST', '/api/v1/exchange-rate-fetches', { body: { date: nextRateDay() } });
  await portico.runJobs();
}

const quarantine = statement(
  'walks.quarantine_rate',
  `insert into exchange_rates.quarantined_rates
     (id, provider, base, quote, rate_date, rate, fetched_at, reference_rate, reference_date)
   values ($1, 'sandbox', 'EUR', 'TRY', $2, 99, now(), 33, $2)`,
);

/** A rate that nobody believes; the sandbox has too few of them. @returns its id */
export async function createQuarantinedRate({ portico }: World): Promise<string> {
  const id = newId();
  await portico.owner.query(quarantine, [id, nextRateDay()]);
  return id;
}
