import type { Transaction } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import { problems } from './problems.ts';
import { findQuarantined, releaseQuarantined } from './quarantine-store.ts';
import type { QuarantinedRate } from './quarantine-store.ts';
import { insertRates } from './rate-store.ts';

/**
 * Lets a quarantined rate into history: from now on it is used, and later ones are compared with it. Once, however many people
 * ask at the same time.
 *
 * @throws Problem 404 `not-found`; 409 `rate-already-released`
 */
export async function releaseQuarantinedRate(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { id, by }: { readonly id: string; readonly by: string },
): Promise<QuarantinedRate> {
  const at = clock.now();
  const released = await releaseQuarantined(tx, { id, at, by });
  if (released === undefined) {
    if ((await findQuarantined(tx, id)) === undefined) throw notFound();
    throw new Problem(problems['rate-already-released'], { detail: 'Somebody has released it before.' });
  }
  const { provider, base, asOf, quote, rate } = released;
  // Of this moment: it also outdoes what was fetched for that day meanwhile.
  await insertRates(tx, { provider, base, asOf, fetchedAt: at, rates: [{ quote, rate }] });
  return released;
}
