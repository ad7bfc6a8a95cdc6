import { isCurrency } from '../../src/shared/currency.ts';
import { PAR, readRate } from '../../src/shared/rate.ts';
import type { Rate } from '../../src/shared/rate.ts';
import type { AskOptions, RatesOutcome, RateTable } from '../../src/ports/exchange-rates.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { callVendor, isObject, parseExactObject, retryAfter } from '../vendor-call.ts';
import { tamed } from '../vendor-codes.ts';

/** `configuration` needs a person: key, plan, quota. `retryable` ends by itself. */
type RefusalClass = 'no-rates' | 'throttled' | 'configuration' | 'retryable';

/** A vendor's refusals: each code with its class and what it says, in our words. */
export type RateCodes = Readonly<Record<string, readonly [RefusalClass, string]>>;

type Json = Readonly<Record<string, unknown>>;

export interface RatesApi {
  readonly vendor: string;
  readonly codes: RateCodes;
  readonly watch: VendorWatch;
  /** The code of a refusal in the vendor's own words; undefined when it does not refuse, or only by the status of HTTP. */
  readonly refusal: (body: Json) => string | undefined;
  /** The rates of an answer; undefined when they are not what the documentation says. All numbers are texts. */
  readonly read: (body: Json) => RateTable | undefined;
}

/** A pause for a vendor that asks for one and does not say how long, in seconds. */
const USUAL_PAUSE = 60;

/** Asks a vendor that speaks JSON. Never throws, and nothing of the URL, which may hold a key, gets into the outcome. */
export async function askForRates(
  { vendor, codes, watch, refusal, read }: RatesApi,
  url: string,
  { signal, traceparent }: AskOptions,
): Promise<RatesOutcome> {
  const answer = await callVendor({
    method: 'GET',
    url,
    headers: { accept: 'application/json' },
    signal,
    traceparent,
  });
  if (answer.kind !== 'answered') return unavailable(answer.code, 'no answer');
  const body = parseExactObject(answer.text);
  const code = (body && refusal(body)) ?? (answer.status === 200 ? undefined : `http-${answer.status}`);
  if (code === undefined) {
    const table = body && read(body);
    return table === undefined
      ? unavailable('unreadable', 'an answer of another form than documented')
      : { outcome: 'answered', table };
  }
  const [kind, words] = (Object.hasOwn(codes, code) ? codes[code] : undefined) ?? ['unmapped', ''];
  const named = `${vendor}-${tamed(code)}`;
  switch (kind) {
    case 'no-rates':
      return { outcome: 'no-rates', detail: words };
    case 'throttled':
      return { outcome: 'throttled', retryAfterSeconds: retryAfter(answer.headers, USUAL_PAUSE) };
    case 'configuration':
      watch.misconfigured({ vendor, code: tamed(code) });
      return unavailable(named, words);
    case 'retryable':
      return unavailable(named, words);
    case 'unmapped':
      if (answer.status >= 500) return unavailable(named, 'the vendor is not well');
      watch.unmapped({ vendor, where: 'look-up', code: tamed(code) });
      return unavailable(named, 'nobody has mapped this code');
  }
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

function unavailable(code: string, detail: string): RatesOutcome {
  return { outcome: 'unavailable', code, detail };
}
