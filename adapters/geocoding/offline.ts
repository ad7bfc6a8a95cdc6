import type { Geocoder } from '../../src/ports/geocoding.ts';
import { judgePlaces } from './judge-places.ts';
import type { Offer } from './judge-places.ts';

interface City extends Offer {
  /** Names of its state or province, as `sameName` compares them. */
  readonly regions: readonly string[];
}

/** A town as it stands in the package, whose types promise more than it holds. */
interface Row {
  readonly city: string;
  readonly city_ascii: string;
  readonly lat: number;
  readonly lng: number;
  readonly country: string;
  readonly iso2: unknown;
  readonly province?: string;
  readonly state_ansi?: string;
}

type Atlas = ReadonlyMap<string, readonly City[]>;

/**
 * A geocoder without a network: the middle of some 7,300 towns of the world, found by their names within their country. No
 * street is known to it, so `city` is as exact as it gets; what it does not find may well exist.
 */
export function createOfflineGeocoder(): Geocoder {
  let atlas: Promise<Atlas> | undefined;
  return {
    name: 'offline',
    async locate(address) {
      const named = (await (atlas ??= readAtlas())).get(keyOf(address.country, address.city)) ?? [];
      const region = sameName(address.region ?? '');
      const inRegion = named.filter(({ regions }) => region !== '' && regions.includes(region));
      const towns = inRegion.length > 0 ? inRegion : named;
      return judgePlaces(
        address,
        towns.map(({ regions: _, ...town }) => town),
      );
    },
  };
}

/** Two megabytes of JSON: read when the first address is asked for, and not by processes that never ask. */
async function readAtlas(): Promise<Atlas> {
  const rows: readonly Row[] = (await import('city-timezones')).cityMapping;
  const atlas = new Map<string, City[]>();
  for (const { city, city_ascii: ascii, iso2, province = '', state_ansi: state = '', lat, lng, country } of rows) {
    // A few places in dispute have no code.
    if (typeof iso2 !== 'string' || !/^[A-Z]{2}$/.test(iso2)) continue;
    const town: City = {
      components: { houseNumber: null, street: null, city, region: province || null, postalCode: null, country: iso2 },
      formatted: [city, province, country].filter(Boolean).join(', '),
      coordinates: { latitude: lat, longitude: lng },
      precision: 'city',
      reference: null,
      storable: true,
      partial: false,
      regions: [sameName(province), sameName(state)],
    };
    for (const key of new Set([keyOf(iso2, city), keyOf(iso2, ascii)])) {
      atlas.set(key, [...(atlas.get(key) ?? []), town]);
    }
  }
  return atlas;
}

function keyOf(country: string, city: string): string {
  return `${country}:${sameName(city)}`;
}

/** Equal for spellings of one name: without accents, capitals, points and hyphens. */
function sameName(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
