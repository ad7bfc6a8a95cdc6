import { isDeepStrictEqual } from 'node:util';
import type { JobRun } from '../../../jobs/queue.ts';
import type { GeocodingOutcome, Place, Precision } from '../../../ports/geocoding.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { readAddresses, writeLocation } from './address-store.ts';

/** What a geocoder said of the address of an order. */
export interface AddressLocation {
  /** `unknown`: nobody could be asked. The order goes on either way; who packs it is told. */
  readonly outcome: 'found' | 'ambiguous' | 'not-found' | 'unknown';
  readonly precision: Precision | null;
  /** Null where the geocoder's terms forbid to keep them. */
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** Tries before it is written down that nobody could be asked. */
const TRIES = 5;

/**
 * Finds out where an order goes, after it was placed and outside of any transaction: a vendor may take seconds. Safe to repeat; an
 * address that was changed meanwhile is left to the job of that change.
 *
 * @throws Error while nobody can be asked, to be tried again
 */
export async function locateAddress(
  { worker, geocoder }: Pick<OrdersDependencies, 'worker' | 'geocoder'>,
  { orderId }: { readonly orderId: string },
  { signal, attempt }: Pick<JobRun, 'signal' | 'attempt'>,
): Promise<void> {
  const known = (await readAddresses(worker, [orderId])).get(orderId);
  // Erased, or asked for already.
  if (known === undefined || known.located !== null) return;
  const outcome = await geocoder.locate(known.address, { signal });
  const away = outcome.outcome === 'throttled' || outcome.outcome === 'unavailable';
  if (away && attempt < TRIES) throw new Error(`${geocoder.name} cannot be asked: ${outcome.outcome}`);
  await worker.transaction(async (tx) => {
    const now = (await readAddresses(tx, [orderId])).get(orderId);
    if (!isDeepStrictEqual(now?.address, known.address)) return;
    await writeLocation(tx, orderId, locationOf(outcome));
  });
}

function locationOf(said: GeocodingOutcome): AddressLocation {
  switch (said.outcome) {
    case 'found':
      return { outcome: 'found', ...positionOf(said.place) };
    case 'ambiguous':
    case 'not-found':
      return { outcome: said.outcome, precision: null, latitude: null, longitude: null };
    case 'throttled':
    case 'unavailable':
      return { outcome: 'unknown', precision: null, latitude: null, longitude: null };
  }
}

function positionOf({ precision, coordinates, storable }: Place): Omit<AddressLocation, 'outcome'> {
  if (!storable) return { precision, latitude: null, longitude: null };
  return { precision, ...coordinates };
}
