import { precisions } from '../../src/ports/geocoding.ts';
import type { GeocodingOutcome, Place } from '../../src/ports/geocoding.ts';
import type { PostalAddress } from '../../src/shared/postal-address.ts';

/** A place that a geocoder offers. */
export interface Offer extends Place {
  /** It had to leave out or change something of what was asked. */
  readonly partial: boolean;
}

/** Two offers nearer than this are one place, in kilometres: a house has a door, a plot and a middle. */
const SAME_PLACE: Readonly<Record<Place['precision'], number>> = {
  building: 0.2,
  street: 2,
  'postal-code': 10,
  city: 20,
  region: 100,
  country: 1_000,
};

const MOST_CANDIDATES = 5;

/**
 * What to make of a geocoder's offers: only places of the address' country count, the finest win, and of those the ones with
 * its postal code. One that remains is found; several at different places, or one that fits only in part, are candidates.
 *
 * @param offers the likeliest first
 */
export function judgePlaces(address: PostalAddress, offers: readonly Offer[]): GeocodingOutcome {
  const inCountry = offers.filter(({ components }) => components.country === address.country);
  const whole = inCountry.filter(({ partial }) => !partial);
  const finest = finestOf(whole.length > 0 ? whole : inCountry);
  const code = codeOf(address.postalCode);
  const agreeing = finest.filter(({ components }) => code !== '' && codeOf(components.postalCode) === code);
  const places = distinct(agreeing.length > 0 ? agreeing : finest);
  const [best, ...others] = places;
  if (best === undefined) return { outcome: 'not-found', detail: `no such place in ${address.country}` };
  if (others.length === 0 && !best.partial) return { outcome: 'found', place: placeOf(best) };
  return { outcome: 'ambiguous', candidates: places.slice(0, MOST_CANDIDATES).map(placeOf) };
}

function finestOf(offers: readonly Offer[]): readonly Offer[] {
  const ranks = offers.map(({ precision }) => precisions.indexOf(precision));
  const finest = Math.min(...ranks);
  return offers.filter((_, index) => ranks[index] === finest);
}

function distinct(offers: readonly Offer[]): readonly Offer[] {
  const kept: Offer[] = [];
  for (const offer of offers) {
    if (kept.every((other) => kilometres(other, offer) > SAME_PLACE[offer.precision])) kept.push(offer);
  }
  return kept;
}

/** The distance on the globe (haversine), in kilometres. */
function kilometres({ coordinates: one }: Place, { coordinates: other }: Place): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const rise = Math.sin(radians(other.latitude - one.latitude) / 2) ** 2;
  const turn = Math.sin(radians(other.longitude - one.longitude) / 2) ** 2;
  const flat = Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude));
  return 12_742 * Math.asin(Math.min(1, Math.sqrt(rise + flat * turn)));
}

function codeOf(postalCode: string | null): string {
  return (postalCode ?? '').replaceAll(/[\s-]/g, '').toUpperCase();
}

function placeOf({ partial: _, ...place }: Offer): Place {
  return place;
}

/** Latitude and longitude of an answer; undefined when they are not on the globe. */
export function coordinatesOf(latitude: unknown, longitude: unknown): Place['coordinates'] | undefined {
  const isDegree = (value: unknown, most: number): value is number =>
    typeof value === 'number' && Math.abs(value) <= most;
  return isDegree(latitude, 90) && isDegree(longitude, 180) ? { latitude, longitude } : undefined;
}

/** The address as one line to search for; the country is told apart. */
export function queryOf({ line1, line2, city, region, postalCode }: PostalAddress): string {
  return [line1, line2, postalCode === null ? city : `${postalCode} ${city}`, region]
    .filter((part) => part !== null)
    .join(', ');
}
