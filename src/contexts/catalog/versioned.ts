import { requireMatch } from '../../shared/etag.ts';
import { notFound } from '../../shared/platform-problems.ts';

/**
 * Whether a locked thing is there and is what the caller has seen.
 *
 * @returns the thing
 * @throws Problem 404, 412, 428
 */
export function requireSeen<Thing extends { readonly version: number }>(
  found: Thing | undefined,
  ifMatch: string | undefined,
): Thing {
  if (found === undefined) throw notFound();
  requireMatch(ifMatch, found.version);
  return found;
}
