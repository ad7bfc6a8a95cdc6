import type { Geocoder, Precision } from '../../src/ports/geocoding.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { isObject, textOf } from '../vendor-call.ts';
import type { DirectoryCodes } from '../ask-directory.ts';
import { askForPlaces } from './geocoding-api.ts';
import type { GeocodingApi } from './geocoding-api.ts';
import { coordinatesOf, judgePlaces, queryOf } from './judge-places.ts';
import type { Offer } from './judge-places.ts';

export interface GoogleOptions {
  readonly apiKey: string;
  readonly watch: VendorWatch;
  /** Up to and without `/maps`. Default: the vendor's own. */
  readonly url?: string | undefined;
}

/** `status` of the body: a refusal comes with status 200 of HTTP. */
const codes: DirectoryCodes = {
  INVALID_REQUEST: ['configuration', 'a request of another form than it reads'],
  REQUEST_DENIED: ['configuration', 'the key is missing, unknown or not for this API'],
  OVER_DAILY_LIMIT: ['configuration', 'key, billing or the cap of the account'],
  OVER_QUERY_LIMIT: ['throttled', 'too many requests'],
  UNKNOWN_ERROR: ['retryable', 'it failed, and may not the next time'],
  'http-429': ['throttled', 'too many requests'],
  'http-503': ['retryable', 'the service is down'],
};

/** By the kinds of a result, the finest first. */
const precisionByType: readonly (readonly [string, Precision])[] = [
  ['street_address', 'building'],
  ['premise', 'building'],
  ['subpremise', 'building'],
  ['establishment', 'building'],
  ['route', 'street'],
  ['intersection', 'street'],
  ['postal_code', 'postal-code'],
  ['locality', 'city'],
  ['postal_town', 'city'],
  ['sublocality', 'city'],
  ['neighborhood', 'city'],
  ['administrative_area_level_3', 'city'],
  ['administrative_area_level_2', 'region'],
  ['administrative_area_level_1', 'region'],
  ['country', 'country'],
];

/**
 * Google's Geocoding API, version 3. Until somebody has read its terms for this installation only `reference`, its `place_id`,
 * may be kept, so no place of it is `storable`.
 */
export function createGoogleGeocoder(options: GoogleOptions): Geocoder {
  const { apiKey, watch, url = 'https://maps.googleapis.com' } = options;
  const api: GeocodingApi = {
    vendor: 'google',
    codes,
    watch,
    refusal: (body, status) => {
      const said = textOf(body?.['status']);
      if (status !== 200) return said ?? `http-${status}`;
      return said === 'OK' || said === 'ZERO_RESULTS' || said === undefined ? undefined : said;
    },
    read: ({ status, results }) => {
      if (status === 'ZERO_RESULTS') return [];
      if (status !== 'OK' || !Array.isArray(results)) return undefined;
      const offers = results.map(readResult);
      const read = offers.filter((offer) => offer !== undefined);
      return read.length === offers.length ? read : undefined;
    },
  };
  return {
    name: 'google',
    async locate(address, locateOptions) {
      const query = new URLSearchParams({
        address: queryOf(address),
        components: `country:${address.country}`,
        key: apiKey,
      });
      const answer = await askForPlaces(api, `${url}/maps/api/geocode/json?${query.toString()}`, locateOptions);
      return answer.outcome === 'offers' ? judgePlaces(address, answer.offers) : answer;
    },
  };
}

function readResult(result: unknown): Offer | undefined {
  if (!isObject(result) || !isObject(result['geometry']) || !Array.isArray(result['address_components']))
    return undefined;
  const { geometry, types, formatted_address: formatted, partial_match: partial, place_id: reference } = result;
  const location = isObject(geometry['location']) ? geometry['location'] : {};
  const coordinates = coordinatesOf(location['lat'], location['lng']);
  const parts = result['address_components'].filter(isObject);
  const part = (form: 'long_name' | 'short_name', ...kinds: readonly string[]): string | null => {
    for (const kind of kinds) {
      const found = parts.find((candidate) => Array.isArray(candidate['types']) && candidate['types'].includes(kind));
      const text = textOf(found?.[form]);
      if (text !== undefined) return text;
    }
    return null;
  };
  const country = part('short_name', 'country');
  if (coordinates === undefined || country === null || !Array.isArray(types)) return undefined;
  return {
    components: {
      houseNumber: part('long_name', 'street_number'),
      street: part('long_name', 'route'),
      city: part('long_name', 'locality', 'postal_town', 'sublocality', 'administrative_area_level_3'),
      region: part('long_name', 'administrative_area_level_1'),
      postalCode: part('long_name', 'postal_code'),
      country,
    },
    formatted: textOf(formatted) ?? '',
    coordinates,
    precision: precisionOf(textOf(geometry['location_type']), types),
    reference: textOf(reference) ?? null,
    storable: false,
    partial: partial === true,
  };
}

/** `RANGE_INTERPOLATED` is a guess between two house numbers: as exact as its street, whatever its kind says. */
function precisionOf(locationType: string | undefined, types: readonly unknown[]): Precision {
  if (locationType === 'ROOFTOP') return 'building';
  const [, precision] = precisionByType.find(([kind]) => types.includes(kind)) ?? ['', 'region' as const];
  return precision === 'building' && locationType === 'RANGE_INTERPOLATED' ? 'street' : precision;
}
