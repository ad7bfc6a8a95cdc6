import type { Database } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { recordOpen } from './engagement-store.ts';
import type { TrackingTokens } from './tracking-token.ts';

export interface TrackingDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly tokens: TrackingTokens;
}

/** A transparent GIF of one pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/**
 * The picture at the end of an e-mail; that it is asked for is counted as an open. Programs that load pictures ahead, or for
 * many readers at once, count as readers: the figure is an estimate.
 *
 * @throws Problem 404 `not-found` for an id that was altered
 */
export async function getOpenPicture(
  { database, clock, tokens }: TrackingDependencies,
  token: string,
): Promise<Buffer> {
  const tracked = tokens.read(token);
  if (tracked?.kind !== 'open') throw notFound();
  await recordOpen(database, tracked.messageId, clock.now());
  return PIXEL;
}
