import type { PostalAddress } from '../shared/postal-address.ts';
import type { Circuit } from './send-outcome.ts';

/** How small the place is that an address was found in: the door itself, or only the town. From the finest to the coarsest. */
export const precisions = ['building', 'street', 'postal-code', 'city', 'region', 'country'] as const;
export type Precision = (typeof precisions)[number];

/** A place on the map. */
export interface Place {
  /** The parts of its address as the geocoder spells them; null for what it does not know. */
  readonly components: {
    readonly houseNumber: string | null;
    readonly street: string | null;
    readonly city: string | null;
    readonly region: string | null;
    readonly postalCode: string | null;
    /** ISO 3166-1 alpha-2, in capitals. */
    readonly country: string;
  };
  /** One line, for people. */
  readonly formatted: string;
  /** WGS 84 degrees: the middle of the place. */
  readonly coordinates: { readonly latitude: number; readonly longitude: number };
  readonly precision: Precision;
  /** The geocoder's own name of the place; null when it has none. */
  readonly reference: string | null;
  /** Whether its terms let us keep more of this than `reference`. */
  readonly storable: boolean;
}

/** What came of looking for an address. */
export type GeocodingOutcome =
  | { readonly outcome: 'found'; readonly place: Place }
  /** Somebody must choose: several places fit, or one that fits only in part. The likeliest first, at least one, at most five. */
  | { readonly outcome: 'ambiguous'; readonly candidates: readonly Place[] }
  /** It knows no such place. Asking again is pointless. */
  | { readonly outcome: 'not-found'; readonly detail: string }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
  /** No answer, or none that can be used. `code` is fit for rows and metrics. */
  | { readonly outcome: 'unavailable'; readonly code: string; readonly detail: string };

export interface LocateOptions {
  /** Aborts when waiting has become pointless. */
  readonly signal: AbortSignal;
  /** W3C trace context of the call. */
  readonly traceparent?: string | undefined;
}

/** Somebody who knows where addresses are. */
export interface Geocoder {
  /** As configuration, metrics and rows spell it: `opencage`. */
  readonly name: string;
  /**
   * Finds where an address is. Only inside its country; never throws for anything the other side does.
   *
   * @param address tidied and without faults (src/shared/postal-address.ts)
   */
  locate(address: PostalAddress, options: LocateOptions): Promise<GeocodingOutcome>;
  /** The circuit in front of it, for people. Absent: there is none. */
  circuit?(): Circuit;
}
