import type { FeatureFlags } from '../../ports/feature-flags.ts';
import type { Geocoder, Place } from '../../ports/geocoding.ts';
import { addressFaults, tidyAddress } from '../../shared/postal-address.ts';
import type { AddressFault, PostalAddress } from '../../shared/postal-address.ts';

/** What is to be said about an address. */
export interface AddressVerdict {
  readonly outcome: 'invalid' | 'found' | 'ambiguous' | 'not-found' | 'unavailable';
  /** In its one spelling. */
  readonly address: PostalAddress;
  readonly faults: readonly AddressFault[];
  /** Where it is; the likeliest first. */
  readonly places: readonly Place[];
}

/**
 * Checks the form of an address and, if that is right, asks the geocoder where it is, unless the flag `addresses-locate` is off
 * for the caller. Keeps nothing; call it outside of
 * transactions, for a vendor may take seconds.
 */
export async function verifyAddress(
  { geocoder, flags }: { readonly geocoder: Geocoder; readonly flags: FeatureFlags },
  { given, callerId }: { readonly given: PostalAddress; readonly callerId: string },
  options: { readonly signal: AbortSignal },
): Promise<AddressVerdict> {
  const address = tidyAddress(given);
  const faults = addressFaults(address);
  if (faults.length > 0) return { outcome: 'invalid', address, faults, places: [] };
  const asked = await flags.isOn('addresses-locate', true, {
    userId: callerId,
    attributes: { country: address.country },
  });
  if (!asked) return { outcome: 'unavailable', address, faults, places: [] };
  const located = await geocoder.locate(address, options);
  switch (located.outcome) {
    case 'found':
      return { outcome: 'found', address, faults, places: [located.place] };
    case 'ambiguous':
      return { outcome: 'ambiguous', address, faults, places: located.candidates };
    case 'not-found':
      return { outcome: 'not-found', address, faults, places: [] };
    case 'throttled':
    case 'unavailable':
      return { outcome: 'unavailable', address, faults, places: [] };
  }
}
