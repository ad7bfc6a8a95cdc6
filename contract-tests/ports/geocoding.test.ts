/** Every geocoder, against a simulator of its wire protocol, and the one that needs none. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { usualGeocodingGuards, withGeocodingGuards } from '../../adapters/geocoding-guards.ts';
import { createGoogleGeocoder } from '../../adapters/geocoding/google.ts';
import { createOfflineGeocoder } from '../../adapters/geocoding/offline.ts';
import { createOpencageGeocoder } from '../../adapters/geocoding/opencage.ts';
import { freePort } from '../../src/database/embedded-server.ts';
import type { Geocoder, Place } from '../../src/ports/geocoding.ts';
import { addresses, testGeocoder } from './geocoding.suite.ts';
import type { GeocodingHarness } from './geocoding.suite.ts';
import { startDirectorySimulator } from './simulators/directory-simulator.ts';
import type { DirectorySimulator, DirectoryWire } from './simulators/directory-simulator.ts';
import { createTestWatch } from './test-watch.ts';
import type { TestWatch } from './test-watch.ts';

const key = 'a-key-of-this-vendor';
const { signal } = new AbortController();
const springfields = [
  { state: 'Illinois', lat: 39.82, lng: -89.65 },
  { state: 'Missouri', lat: 37.18, lng: -93.32 },
];

function expectOnly(query: URLSearchParams, names: readonly string[]): void {
  const strange = [...query.keys()].filter((name) => !names.includes(name));
  if (strange.length > 0) throw new Error(`no such parameters: ${strange.join()}`);
}

const openResult = (parts: object, lat: number, lng: number): object => ({
  bounds: {},
  components: { 'ISO_3166-1_alpha-2': 'XX', _category: 'place', ...parts },
  confidence: 9,
  formatted: Object.values(parts).join(', '),
  geometry: { lat, lng },
});
const openLinden = openResult(
  {
    ...{ _type: 'building', house_number: '1', road: 'Unter den Linden', city: 'Berlin', state: 'Berlin' },
    ...{ postcode: '10117', country: 'Germany', country_code: 'de' },
  },
  52.5174,
  13.3951,
);
const said = (results: readonly object[]): { status: number; body: object } => ({
  status: 200,
  body: {
    documentation: '…',
    licenses: [],
    results,
    status: { code: 200, message: 'OK' },
    total_results: results.length,
  },
});
const opencage: DirectoryWire = {
  answer({ pathname, searchParams: query }) {
    if (pathname !== '/json') throw new Error(`no such path: ${pathname}`);
    expectOnly(query, ['key', 'q', 'countrycode', 'limit', 'no_annotations', 'no_record', 'language']);
    if (query.get('key') !== key) return this.refusal;
    const q = query.get('q') ?? '';
    if (q.includes('Linden') && query.get('countrycode') === 'de') return said([openLinden]);
    if (!q.includes('Springfield')) return said([]);
    return said(
      springfields.map(({ state, lat, lng }) =>
        openResult({ _type: 'city', city: 'Springfield', state, country_code: 'us' }, lat, lng),
      ),
    );
  },
  refusal: { status: 401, body: { status: { code: 401, message: 'invalid API key' }, results: [] } },
};

const googleResult = (kinds: Readonly<Record<string, string>>, place: object): object => ({
  address_components: Object.entries(kinds).map(([kind, name]) => ({
    long_name: name,
    short_name: name,
    types: [kind, 'political'],
  })),
  formatted_address: Object.values(kinds).join(', '),
  place_id: 'ChIJ-made-up',
  ...place,
});
const googleLinden = (more: object = {}): object =>
  googleResult(
    { street_number: '1', route: 'Unter den Linden', locality: 'Berlin', country: 'DE', postal_code: '10117' },
    {
      geometry: { location: { lat: 52.5174, lng: 13.3951 }, location_type: 'ROOFTOP' },
      types: ['street_address'],
      ...more,
    },
  );
const google: DirectoryWire = {
  answer({ pathname, searchParams: query }) {
    if (pathname !== '/maps/api/geocode/json') throw new Error(`no such path: ${pathname}`);
    expectOnly(query, ['key', 'address', 'components', 'language', 'region']);
    if (query.get('key') !== key) return this.refusal;
    const address = query.get('address') ?? '';
    if (address.includes('Linden') && query.get('components') === 'country:DE') {
      return { status: 200, body: { status: 'OK', results: [googleLinden()] } };
    }
    if (!address.includes('Springfield')) return { status: 200, body: { status: 'ZERO_RESULTS', results: [] } };
    const results = springfields.map(({ state, lat, lng }) =>
      googleResult(
        { locality: 'Springfield', administrative_area_level_1: state, country: 'US' },
        { geometry: { location: { lat, lng }, location_type: 'APPROXIMATE' }, types: ['locality', 'political'] },
      ),
    );
    return { status: 200, body: { status: 'OK', results } };
  },
  refusal: { status: 200, body: { status: 'REQUEST_DENIED', error_message: `No. ${key}`, results: [] } },
};

let watch: TestWatch;
let simulator: DirectorySimulator;
let now: Date;
const clock = { now: () => now };

/** What is true of every geocoder that is reached over HTTP. */
function testWire(wire: DirectoryWire, create: (url: string) => Geocoder): void {
  let geocoder: Geocoder;
  beforeEach(async () => {
    now = new Date('2026-11-21T22:30:00Z');
    watch = createTestWatch();
    simulator = await startDirectorySimulator(wire);
    geocoder = create(simulator.url);
  });
  afterEach(() => simulator.close());
  // Failures on purpose must not open it.
  const breaker = { ...usualGeocodingGuards.breaker, minimumCalls: 100 };
  const guards = { ...usualGeocodingGuards, dependency: 'test', breaker };
  const harness = (guarded: boolean): GeocodingHarness => ({
    geocoder: guarded ? withGeocodingGuards(geocoder, guards) : geocoder,
    behave: (trouble) => void (simulator.trouble = trouble),
    secrets: [key, simulator.url, 'Linden'],
  });
  describe('as a port', () => testGeocoder(() => harness(false)));
  describe('behind its guards', () => testGeocoder(() => harness(true)));

  test('nobody listening is unavailable', async () => {
    const outcome = await create(`http://127.0.0.1:${await freePort()}`).locate(addresses.berlin, { signal });
    expect(outcome).toMatchObject({ outcome: 'unavailable', code: 'ECONNREFUSED' });
  });

  test('knows the house', async () => {
    expect(await geocoder.locate(addresses.berlin, { signal })).toMatchObject({
      outcome: 'found',
      place: {
        components: { houseNumber: '1', street: 'Unter den Linden', postalCode: '10117' },
        precision: 'building',
      },
    });
  });

  test('a place in another country than asked for is none', async () => {
    await geocoder.locate(addresses.berlin, { signal });
    const [question] = simulator.asked;
    if (question === undefined) throw new Error('nobody asked');
    simulator.saying = wire.answer(question);
    expect(await geocoder.locate({ ...addresses.berlin, country: 'AT', postalCode: '1010' }, { signal })).toMatchObject(
      {
        outcome: 'not-found',
      },
    );
  });

  test('a code that nobody mapped is an alarm, and no default', async () => {
    simulator.saying = { status: 418, body: { status: 'TEAPOT' } };
    expect(await geocoder.locate(addresses.berlin, { signal })).toMatchObject({ outcome: 'unavailable' });
    expect(watch.unmappings).toHaveLength(1);
  });

  test('a refused key is an alarm for a person', async () => {
    simulator.trouble = 'refuse-key';
    await geocoder.locate(addresses.berlin, { signal });
    expect(watch.misconfigurations).toHaveLength(1);
  });
}

const placeOf = async (geocoder: Geocoder): Promise<Place> => {
  const located = await geocoder.locate(addresses.berlin, { signal });
  if (located.outcome !== 'found') throw new Error(JSON.stringify(located));
  return located.place;
};

describe('OpenCage', () => {
  const create = (url: string): Geocoder => createOpencageGeocoder({ apiKey: key, watch, clock, url });
  testWire(opencage, create);

  test('is asked not to keep the address, and its places may be kept', async () => {
    expect(await placeOf(create(simulator.url))).toMatchObject({ storable: true });
    expect(simulator.asked[0]?.searchParams.get('no_record')).toBe('1');
  });

  test('a used-up quota is asked again at midnight UTC and not before, too much haste after a second', async () => {
    const geocoder = create(simulator.url);
    simulator.saying = { status: 429, body: { status: { code: 429, message: 'too many requests' } } };
    expect(await geocoder.locate(addresses.berlin, { signal })).toEqual({ outcome: 'throttled', retryAfterSeconds: 1 });
    simulator.saying = { status: 402, body: { status: { code: 402, message: 'quota exceeded' } } };
    expect(await geocoder.locate(addresses.berlin, { signal })).toMatchObject({ code: 'opencage-402' });
    simulator.saying = undefined;
    const questions = simulator.asked.length;
    const refused = await geocoder.locate(addresses.berlin, { signal });
    expect(refused).toEqual({ outcome: 'throttled', retryAfterSeconds: 5_400 });
    expect(simulator.asked).toHaveLength(questions);
    now = new Date('2026-11-22T00:00:00Z');
    expect(await geocoder.locate(addresses.berlin, { signal })).toMatchObject({ outcome: 'found' });
  });

  test.each<[object, string]>([
    [{ _type: 'road', road: 'Unter den Linden' }, 'street'],
    [{ _type: 'postcode', postcode: '10117' }, 'postal-code'],
    [{ _type: 'village', village: 'Berlin' }, 'city'],
    [{ _type: 'shop', road: 'Unter den Linden', house_number: '1' }, 'building'],
    [{ _type: 'unheard-of', road: 'Unter den Linden' }, 'street'],
    [{ _type: 'state', state: 'Berlin' }, 'region'],
  ])('%o is as exact as %s', async (parts, precision) => {
    simulator.saying = said([openResult({ ...parts, country_code: 'de' }, 52.5, 13.4)]);
    expect((await placeOf(create(simulator.url))).precision).toBe(precision);
  });
});

describe('Google', () => {
  const create = (url: string): Geocoder => createGoogleGeocoder({ apiKey: key, watch, url });
  testWire(google, create);

  test('gives a reference, and nothing else of it may be kept', async () => {
    expect(await placeOf(create(simulator.url))).toMatchObject({ reference: 'ChIJ-made-up', storable: false });
  });

  test('a match in part is a candidate and no find', async () => {
    const results = [googleLinden({ partial_match: true })];
    simulator.saying = { status: 200, body: { status: 'OK', results } };
    expect(await create(simulator.url).locate(addresses.berlin, { signal })).toMatchObject({
      outcome: 'ambiguous',
      candidates: [{ precision: 'building' }],
    });
  });

  test('a house that was guessed between two others is as exact as its street', async () => {
    const geometry = { location: { lat: 52.5, lng: 13.4 }, location_type: 'RANGE_INTERPOLATED' };
    simulator.saying = { status: 200, body: { status: 'OK', results: [googleLinden({ geometry })] } };
    expect((await placeOf(create(simulator.url))).precision).toBe('street');
  });

  test.each([
    ['OVER_DAILY_LIMIT', 'unavailable', 1],
    ['INVALID_REQUEST', 'unavailable', 1],
    ['UNKNOWN_ERROR', 'unavailable', 0],
    ['OVER_QUERY_LIMIT', 'throttled', 0],
  ])('%s is %s', async (status, outcome, alarms) => {
    simulator.saying = { status: 200, body: { status, error_message: 'No.', results: [] } };
    expect(await create(simulator.url).locate(addresses.berlin, { signal })).toMatchObject({ outcome });
    expect([watch.misconfigurations.length, watch.unmappings.length]).toEqual([alarms, 0]);
  });
});

describe('The offline geocoder', () => {
  const geocoder = createOfflineGeocoder();
  testGeocoder(() => ({ geocoder, secrets: [] }));

  test.each([
    ['without accents', { city: 'Sao Paulo', country: 'BR' }],
    ['with them', { city: 'São Paulo', country: 'BR' }],
    ['in capitals', { city: 'TEHRAN', country: 'IR' }],
    ['one of several by its state', { city: 'Springfield', region: 'IL', country: 'US' }],
    ['one of several by the name of its state', { city: 'Springfield', region: 'missouri', country: 'US' }],
  ])('finds a town %s', async (_how, parts) => {
    const located = await geocoder.locate({ ...addresses.berlin, postalCode: null, ...parts }, { signal });
    expect(located).toMatchObject({
      outcome: 'found',
      place: { precision: 'city', components: { country: parts.country } },
    });
  });
});

describe('The guards', () => {
  test('ask nobody for a while when half of ten calls failed, and say so', async () => {
    let calls = 0;
    const broken: Geocoder = {
      name: 'broken',
      locate: () => Promise.resolve({ outcome: 'unavailable', code: `call-${(calls += 1)}`, detail: '' }),
    };
    const guarded = withGeocodingGuards(broken, { ...usualGeocodingGuards, dependency: 'test' });
    for (let call = 0; call < 12; call += 1) await guarded.locate(addresses.berlin, { signal });
    expect(await guarded.locate(addresses.berlin, { signal })).toMatchObject({ code: 'circuit-open' });
    expect(calls).toBe(10);
    expect(guarded.circuit?.()).toMatchObject({ state: 'open' });
  });
});
