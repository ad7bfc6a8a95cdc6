import type { GeocodingOutcome, LocateOptions } from '../../src/ports/geocoding.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { callVendor, parseObject, retryAfter } from '../vendor-call.ts';
import { tamed } from '../vendor-codes.ts';
import type { Offer } from './judge-places.ts';

/** `configuration` needs a person: key, plan, billing. `retryable` ends by itself. */
type RefusalClass = 'nothing' | 'throttled' | 'configuration' | 'retryable';

/** A vendor's refusals: each code with its class and what it says, in our words, for the vendor's may hold the address. */
export type GeocodingCodes = Readonly<Record<string, readonly [RefusalClass, string]>>;

type Json = Readonly<Record<string, unknown>>;

export interface GeocodingApi {
  readonly vendor: string;
  readonly codes: GeocodingCodes;
  readonly watch: VendorWatch;
  /** The code of a refusal in the vendor's own words; undefined when it does not refuse. */
  readonly refusal: (body: Json | undefined, status: number) => string | undefined;
  /** The places of an answer, the likeliest first; undefined when it is not what the documentation says. */
  readonly read: (body: Json) => readonly Offer[] | undefined;
}

export type Offers = { readonly outcome: 'offers'; readonly offers: readonly Offer[] };

/** A pause for a vendor that asks for one and does not say how long, in seconds. */
const USUAL_PAUSE = 1;

/** Asks a vendor that speaks JSON. Never throws, and nothing of the URL, which holds key and address, gets into the outcome. */
export async function askForPlaces(
  { vendor, codes, watch, refusal, read }: GeocodingApi,
  url: string,
  { signal, traceparent }: LocateOptions,
): Promise<Offers | Exclude<GeocodingOutcome, { outcome: 'found' | 'ambiguous' }>> {
  const headers = { accept: 'application/json' };
  const answer = await callVendor({ method: 'GET', url, headers, signal, traceparent });
  if (answer.kind !== 'answered') return unavailable(answer.code, 'no answer');
  const body = parseObject(answer.text);
  const code = refusal(body, answer.status);
  if (code === undefined) {
    const offers = body && read(body);
    return offers === undefined
      ? unavailable('unreadable', 'an answer of another form than documented')
      : { outcome: 'offers', offers };
  }
  const [kind, words] = (Object.hasOwn(codes, code) ? codes[code] : undefined) ?? ['unmapped', ''];
  const named = `${vendor}-${tamed(code)}`;
  switch (kind) {
    case 'nothing':
      return { outcome: 'not-found', detail: words };
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

function unavailable(code: string, detail: string): { outcome: 'unavailable'; code: string; detail: string } {
  return { outcome: 'unavailable', code, detail };
}
