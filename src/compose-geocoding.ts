import { usualGeocodingGuards, withGeocodingGuards } from '../adapters/geocoding-guards.ts';
import { createGoogleGeocoder } from '../adapters/geocoding/google.ts';
import { createOfflineGeocoder } from '../adapters/geocoding/offline.ts';
import { createOpencageGeocoder } from '../adapters/geocoding/opencage.ts';
import type { GeocoderName, GeocodingSettings } from './geocoding-config.ts';
import type { Geocoder } from './ports/geocoding.ts';
import type { VendorWatch } from './ports/vendor-watch.ts';
import type { VendorObserver } from './process/observers.ts';
import type { Clock } from './shared/clock.ts';
import { traceCall } from './telemetry/tracing.ts';

/** The configured geocoder, behind its guards. */
export function createGeocoder(
  { provider, apiKey, urls }: GeocodingSettings,
  { observer, watch, clock }: { observer: VendorObserver; watch: VendorWatch; clock: Clock },
): Geocoder {
  const create: Readonly<Record<GeocoderName, () => Geocoder>> = {
    offline: () => createOfflineGeocoder(),
    opencage: () => createOpencageGeocoder({ apiKey, watch, clock, url: urls.opencage }),
    google: () => createGoogleGeocoder({ apiKey, watch, url: urls.google }),
  };
  const dependency = `geocoding:${provider}`;
  observer.begin(dependency, ['found', 'ambiguous', 'not-found', 'throttled', 'unavailable']);
  return withGeocodingGuards(create[provider](), { ...usualGeocodingGuards, dependency, observer, trace: traceCall });
}
