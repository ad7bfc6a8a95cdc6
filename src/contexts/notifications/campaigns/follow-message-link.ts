import { notFound } from '../../../shared/platform-problems.ts';
import { recordClick } from './engagement-store.ts';
import type { TrackingDependencies } from './get-open-picture.ts';

/**
 * Where a link of an e-mail leads, which is counted as a click. The link carries a signed number and no address, so it can
 * lead nowhere but to what the e-mail said. Scanners that open every link count as readers.
 *
 * @throws Problem 404 `not-found` for an id that was altered
 */
export async function followMessageLink(
  { database, clock, tokens }: TrackingDependencies,
  token: string,
): Promise<string> {
  const tracked = tokens.read(token);
  if (tracked?.kind !== 'click') throw notFound();
  const target = await recordClick(database, tracked, clock.now());
  if (target === undefined) throw notFound();
  return target;
}
