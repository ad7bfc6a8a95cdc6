import type { GeocodingOutcome, LocateOptions } from '../../src/ports/geocoding.ts';
import { askDirectory } from '../ask-directory.ts';
import type { Directory } from '../ask-directory.ts';
import { parseObject } from '../vendor-call.ts';
import type { Offer } from './judge-places.ts';

/** `read` gives the places of an answer, the likeliest first. */
export type GeocodingApi = Omit<Directory<readonly Offer[]>, 'parse' | 'usualPause'>;

export type Offers = { readonly outcome: 'offers'; readonly offers: readonly Offer[] };

/** Asks a vendor for places. Never throws, and nothing of the URL, which holds key and address, gets into the outcome. */
export async function askForPlaces(
  api: GeocodingApi,
  url: string,
  { signal, traceparent }: LocateOptions,
): Promise<Offers | Exclude<GeocodingOutcome, { outcome: 'found' | 'ambiguous' }>> {
  const answer = await askDirectory({ ...api, parse: parseObject, usualPause: 1 }, { url, signal, traceparent });
  if (answer.outcome === 'found') return { outcome: 'offers', offers: answer.found };
  return answer.outcome === 'nothing' ? { outcome: 'not-found', detail: answer.detail } : answer;
}
