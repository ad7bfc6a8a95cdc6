import { reply } from '../../contract/handlers.ts';
import type { Handlers, Schema } from '../../contract/handlers.ts';
import type { Geocoder, Place } from '../../ports/geocoding.ts';
import { verifyAddress } from './verify-address.ts';

export function createAddressOperations({ geocoder }: { readonly geocoder: Geocoder }): Handlers<'verifyAddress'> {
  return {
    async verifyAddress({ body }, { signal }) {
      const { outcome, address, faults, places } = await verifyAddress(geocoder, body, { signal });
      return reply('verifyAddress', {
        status: 200,
        body: {
          outcome,
          address: { ...address },
          faults: [...faults],
          geocoder: geocoder.name,
          places: places.map(placeBody),
        },
      });
    },
  };
}

function placeBody({ components, formatted, coordinates, precision }: Place): Schema<'GeocodedPlace'> {
  return { ...components, formatted, ...coordinates, precision };
}
