import { isCurrency } from '../../src/shared/currency.ts';
import { PAR, readRate } from '../../src/shared/rate.ts';
import type { Rate } from '../../src/shared/rate.ts';
import type { AskOptions, RatesOutcome, RateTable } from '../../src/ports/exchange-rates.ts';
import { askDirectory } from '../ask-directory.ts';
import type { Directory } from '../ask-directory.ts';
import { isObject, parseExactObject } from '../vendor-call.ts';

export interface RatesApi extends Omit<Directory<RateTable>, 'parse' | 'usualPause' | 'refusal'> {
  /** The code of a refusal in the vendor's own words; undefined when it does not refuse, or only by the status of HTTP. */
  readonly refusal: (body: Readonly<Record<string, unknown>>) => string | undefined;
}

/** Asks a vendor for rates. Never throws, and nothing of the URL, which may hold a key, gets into the outcome. */
export async function askForRates(
  { refusal, ...api }: RatesApi,
  url: string,
  { signal, traceparent }: AskOptions,
): Promise<RatesOutcome> {
  const directory: Directory<RateTable> = {
    ...api,
    // A rate that went through a `number` is another one.
    parse: parseExactObject,
    usualPause: 60,
    refusal: (body, status) => (body && refusal(body)) ?? (status === 200 ? undefined : `http-${status}`),
  };
  const answer = await askDirectory(directory, { url, signal, traceparent });
  if (answer.outcome === 'found') return { outcome: 'answered', table: answer.found };
  return answer.outcome === 'nothing' ? { outcome: 'no-rates', detail: answer.detail } : answer;
}

/**
 * A table out of a vendor's fields; the base is in it at par. Undefined when base, day or all of the rates are unusable. What
 * is no currency of ours, metals and coins of the blockchain, is left out.
 */
export function tableOf(base: unknown, asOf: unknown, rates: unknown): RateTable | undefined {
  if (typeof base !== 'string' || !isCurrency(base) || typeof asOf !== 'string' || !isDay(asOf) || !isObject(rates)) {
    return undefined;
  }
  const read = Object.entries(rates).flatMap(([currency, text]): [string, Rate][] => {
    const rate = isCurrency(currency) && typeof text === 'string' ? readRate(text) : undefined;
    return rate === undefined ? [] : [[currency, rate]];
  });
  return read.length === 0 ? undefined : { base, asOf, rates: new Map([...read, [base, PAR]]) };
}

function isDay(text: string): boolean {
  const moment = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
}
