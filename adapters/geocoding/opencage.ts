import type { Geocoder, Precision } from '../../src/ports/geocoding.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import type { Clock } from '../../src/shared/clock.ts';
import { isObject, textOf } from '../vendor-call.ts';
import type { DirectoryCodes } from '../ask-directory.ts';
import { askForPlaces } from './geocoding-api.ts';
import type { GeocodingApi } from './geocoding-api.ts';
import { coordinatesOf, judgePlaces, queryOf } from './judge-places.ts';
import type { Offer } from './judge-places.ts';

export interface OpencageOptions {
  readonly apiKey: string;
  readonly watch: VendorWatch;
  readonly clock: Clock;
  /** Up to and without `/json`. Default: the vendor's own. */
  readonly url?: string | undefined;
}

/** By status of HTTP, which the vendor repeats in `status.code`. */
const codes: DirectoryCodes = {
  '400': ['nothing', 'not a query it understands'],
  '401': ['configuration', 'the key is missing or unknown'],
  // Until midnight UTC. The breaker would try again and again, so it is remembered below.
  '402': ['configuration', 'the requests of this day are used up'],
  '403': ['configuration', 'the key is switched off, or not for this address of the network'],
  '404': ['configuration', 'no such address of the API'],
  '405': ['configuration', 'no such method of the API'],
  '408': ['retryable', 'it took too long'],
  '410': ['nothing', 'longer than it reads'],
  '426': ['configuration', 'it wants TLS'],
  '429': ['throttled', 'too many requests'],
  '503': ['retryable', 'the service is down'],
};

/** What the smallest part of a result is, by `_type`; `confidence` is the size of a box, and says nothing of this. */
const precisionByType: Readonly<Record<string, Precision>> = {
  building: 'building',
  road: 'street',
  postcode: 'postal-code',
  terminated_postcode: 'postal-code',
  neighbourhood: 'city',
  suburb: 'city',
  village: 'city',
  city: 'city',
  place: 'city',
  county: 'region',
  state_district: 'region',
  state: 'region',
  region: 'region',
  country: 'country',
};

const DAY = 86_400_000;

/**
 * OpenCage: the world by open data, whose answers may be kept. Asked not to record the query, and for nothing beside places.
 * When the day's quota is used up, nobody is asked until it is renewed at midnight UTC.
 */
export function createOpencageGeocoder(options: OpencageOptions): Geocoder {
  const { apiKey, watch, clock, url = 'https://api.opencagedata.com/geocode/v1' } = options;
  const api: GeocodingApi = {
    vendor: 'opencage',
    codes,
    watch,
    refusal: (_body, status) => (status === 200 ? undefined : String(status)),
    read: ({ results }) => (Array.isArray(results) ? allOrNothing(results.map(readResult)) : undefined),
  };
  let renewedAt = 0;

  return {
    name: 'opencage',
    async locate(address, locateOptions) {
      const now = clock.now().getTime();
      if (now < renewedAt) return { outcome: 'throttled', retryAfterSeconds: Math.ceil((renewedAt - now) / 1_000) };
      const query = new URLSearchParams({
        key: apiKey,
        q: queryOf(address),
        countrycode: address.country.toLowerCase(),
        limit: '5',
        no_annotations: '1',
        no_record: '1',
      });
      const answer = await askForPlaces(api, `${url}/json?${query.toString()}`, locateOptions);
      if (answer.outcome === 'unavailable' && answer.code === 'opencage-402')
        renewedAt = (Math.floor(now / DAY) + 1) * DAY;
      return answer.outcome === 'offers' ? judgePlaces(address, answer.offers) : answer;
    },
  };
}

function readResult(result: unknown): Offer | undefined {
  if (!isObject(result) || !isObject(result['geometry']) || !isObject(result['components'])) return undefined;
  const { geometry, components: parts, formatted } = result;
  const coordinates = coordinatesOf(geometry['lat'], geometry['lng']);
  const country = textOf(parts['country_code'])?.toUpperCase();
  if (coordinates === undefined || country === undefined) return undefined;
  const part = (...names: readonly string[]): string | null =>
    names.map((name) => textOf(parts[name])).find((text) => text !== undefined) ?? null;
  const houseNumber = part('house_number');
  return {
    components: {
      houseNumber,
      street: part('road', 'footway', 'pedestrian', 'street', 'path', 'residential', 'square'),
      city: part('_normalized_city', 'city', 'town', 'village', 'municipality', 'hamlet'),
      region: part('state', 'region', 'province', 'county'),
      postalCode: part('postcode'),
      country,
    },
    formatted: textOf(formatted) ?? '',
    coordinates,
    // A shop or a school has a type of its own and a number; something unheard of is as exact as its street or town.
    precision:
      houseNumber === null
        ? (precisionByType[textOf(parts['_type']) ?? ''] ?? (part('road') === null ? 'city' : 'street'))
        : 'building',
    reference: null,
    storable: true,
    partial: false,
  };
}

function allOrNothing(offers: readonly (Offer | undefined)[]): readonly Offer[] | undefined {
  const read = offers.filter((offer) => offer !== undefined);
  return read.length === offers.length ? read : undefined;
}
