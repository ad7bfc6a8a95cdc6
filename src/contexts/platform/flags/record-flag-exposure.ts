import type { FlagSubject } from '../../../ports/feature-flags.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { LocalFlags } from './flag-source.ts';

/**
 * Remembers that a client treats its user by the variant that is theirs at this moment; once, however often it is told.
 *
 * @returns that variant
 * @throws Problem 404 `not-found`
 */
export async function recordFlagExposure(flags: LocalFlags, key: string, subject: FlagSubject): Promise<string> {
  const decision = flags.decide(key, subject);
  if (decision === undefined) throw notFound();
  await flags.expose(key, subject, decision);
  return decision.variant;
}
