import type { Geocoder, GeocodingOutcome } from '../src/ports/geocoding.ts';
import { createCallGuards } from './call-guards.ts';
import type { CallGuardOptions } from './call-guards.ts';

/** Passes on the trace of whoever asks, where it is recorded. */
export type LocateTracer = (
  dependency: string,
  origin: string | undefined,
  call: (traceparent?: string) => Promise<GeocodingOutcome>,
) => Promise<GeocodingOutcome>;

/** People wait for it while they type an address: five seconds at most, and half of ten calls failing refuses more for ten. */
export const usualGeocodingGuards: Omit<CallGuardOptions, 'dependency' | 'observer'> = {
  timeoutMilliseconds: 5_000,
  concurrency: 20,
  queue: 50,
  breaker: { windowMilliseconds: 30_000, minimumCalls: 10, failureRate: 0.5, pauseMilliseconds: 10_000 },
};

/** Surrounds a geocoder with guards. Never retries: an address can be looked up again, or the order goes without. */
export function withGeocodingGuards(
  geocoder: Geocoder,
  options: CallGuardOptions & { readonly trace?: LocateTracer },
): Geocoder {
  const { guarded, circuit } = createCallGuards(options);
  const trace: LocateTracer = options.trace ?? ((_dependency, origin, call) => call(origin));
  return {
    name: geocoder.name,
    locate: (address, { signal, traceparent: origin }) =>
      guarded((deadline) =>
        trace(options.dependency, origin, (traceparent) =>
          geocoder.locate(address, { signal: AbortSignal.any([signal, deadline]), traceparent }),
        ),
      ),
    circuit,
  };
}
