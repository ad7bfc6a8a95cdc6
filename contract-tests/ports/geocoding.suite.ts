import { expect, test } from '@jest/globals';
import type { Geocoder, GeocodingOutcome } from '../../src/ports/geocoding.ts';
import { precisions } from '../../src/ports/geocoding.ts';
import type { PostalAddress } from '../../src/shared/postal-address.ts';
import type { DirectoryTrouble } from './simulators/directory-simulator.ts';

/** A geocoder, with the other side of its wire in the test's hands. */
export interface GeocodingHarness {
  readonly geocoder: Geocoder;
  /** Undefined: no network, so no trouble of one. */
  readonly behave?: (trouble: DirectoryTrouble) => void;
  /** What must not be told whatever goes wrong. */
  readonly secrets: readonly string[];
}

/** Addresses that every geocoder of the suite knows, or does not. */
export const addresses = {
  berlin: address({ line1: 'Unter den Linden 1', city: 'Berlin', postalCode: '10117', country: 'DE' }),
  /** There are several in its country. */
  springfield: address({ line1: '742 Evergreen Terrace', city: 'Springfield', postalCode: '97477', country: 'US' }),
  nowhere: address({ line1: 'NOWHERE-INTERESTING', city: 'Nowhere', postalCode: '00000', country: 'DE' }),
};

function address(parts: Partial<PostalAddress>): PostalAddress {
  return { line1: '', line2: null, city: '', region: null, postalCode: null, country: '', ...parts };
}

const { signal } = new AbortController();

/**
 * What every geocoder promises. Run inside a `describe` whose hooks make and close the harness.
 *
 * @param harness gives the harness of the running test
 */
export function testGeocoder(harness: () => GeocodingHarness): void {
  const locate = (asked: PostalAddress): Promise<GeocodingOutcome> => harness().geocoder.locate(asked, { signal });

  test('has a name that fits rows and metrics', () => {
    expect(harness().geocoder.name).toMatch(/^[a-z][a-z0-9-]{0,30}$/);
  });

  test('finds an address: where it is, in which country, and how exactly that is known', async () => {
    const located = await locate(addresses.berlin);
    if (located.outcome !== 'found') throw new Error(JSON.stringify(located));
    const { components, coordinates, precision, formatted } = located.place;
    expect(components).toMatchObject({ city: 'Berlin', country: 'DE' });
    expect(Math.abs(coordinates.latitude - 52.52)).toBeLessThan(0.1);
    expect(Math.abs(coordinates.longitude - 13.4)).toBeLessThan(0.1);
    expect(precisions).toContain(precision);
    expect(formatted).toContain('Berlin');
  });

  test('lets somebody choose where several places fit', async () => {
    const located = await locate(addresses.springfield);
    if (located.outcome !== 'ambiguous') throw new Error(JSON.stringify(located));
    const places = located.candidates.map(({ coordinates }) => JSON.stringify(coordinates));
    expect(places.length).toBeGreaterThan(1);
    expect(places.length).toBeLessThanOrEqual(5);
    expect(new Set(places).size).toBe(places.length);
    expect(located.candidates.map(({ components }) => components.country)).toEqual(places.map(() => 'US'));
  });

  test('finds nothing where there is nothing, and that is an answer', async () => {
    expect(await locate(addresses.nowhere)).toMatchObject({ outcome: 'not-found' });
  });

  test('gives the same answer twice', async () => {
    expect(await locate(addresses.springfield)).toEqual(await locate(addresses.springfield));
  });

  test('whatever goes wrong is an outcome that tells neither key nor address, and it is well again afterwards', async () => {
    const { behave, secrets } = harness();
    if (behave === undefined) return;
    const troubles: readonly DirectoryTrouble[] = ['fail', 'not-json', 'other-form', 'refuse-key'];
    for (const trouble of troubles) {
      behave(trouble);
      const outcome = await locate(addresses.berlin);
      expect({ trouble, outcome }).toMatchObject({
        outcome: { outcome: 'unavailable', code: expect.stringMatching(/^\S+$/) },
      });
      for (const secret of secrets) expect(JSON.stringify(outcome)).not.toContain(secret);
    }
    behave('fall-silent');
    const silence = await harness().geocoder.locate(addresses.berlin, { signal: AbortSignal.timeout(100) });
    expect(silence).toMatchObject({ outcome: 'unavailable' });
    behave('none');
    expect(await locate(addresses.berlin)).toMatchObject({ outcome: 'found' });
  });
}
