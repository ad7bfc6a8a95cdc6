import { callerId } from '../../contract/caller.ts';
import { reply } from '../../contract/handlers.ts';
import type { Handlers, Schema } from '../../contract/handlers.ts';
import type { FeatureFlags } from '../../ports/feature-flags.ts';
import type { Geocoder, Place } from '../../ports/geocoding.ts';
import { verifyAddress } from './verify-address.ts';

export function createAddressOperations(parts: {
  readonly geocoder: Geocoder;
  readonly flags: FeatureFlags;
}): Handlers<'verifyAddress'> {
  return {
    async verifyAddress({ body }, { principal, signal }) {
      const { outcome, address, faults, places } = await verifyAddress(
        parts,
        { given: body, callerId: callerId(principal) },
        { signal },
      );
      return reply('verifyAddress', {
        status: 200,
        body: {
          outcome,
          address: { ...address },
          faults: [...faults],
          geocoder: parts.geocoder.name,
          places: places.map(placeBody),
        },
      });
    },
  };
}

function placeBody({ components, formatted, coordinates, precision }: Place): Schema<'GeocodedPlace'> {
  return { ...components, formatted, ...coordinates, precision };
}
