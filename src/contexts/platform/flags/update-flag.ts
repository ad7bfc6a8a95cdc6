import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { changeFlag, lockFlag } from './flag-store.ts';
import type { Flag, FlagSettings } from './flag.ts';
import { requireConsistentFlag } from './require-consistent-flag.ts';

export interface UpdateFlag {
  readonly key: string;
  readonly ifMatch: string | undefined;
  /** What is left out stays; lists are replaced as a whole. */
  readonly change: { readonly [Name in keyof FlagSettings]: FlagSettings[Name] | undefined };
}

/**
 * Changes a flag, in every process within a second of the commit.
 *
 * @throws Problem 404, 412, 428; 409 `flag-invalid`
 */
export async function updateFlag(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { key, ifMatch, change }: UpdateFlag,
): Promise<{ readonly before: Flag; readonly after: Flag }> {
  const before = await lockFlag(tx, key);
  if (before === undefined) throw notFound();
  requireMatch(ifMatch, before.version);
  const settings: FlagSettings = {
    description: change.description ?? before.description,
    enabled: change.enabled ?? before.enabled,
    defaultVariant: change.defaultVariant ?? before.defaultVariant,
    variants: change.variants ?? before.variants,
    rules: change.rules ?? before.rules,
    rollout: change.rollout ?? before.rollout,
    recordsExposures: change.recordsExposures ?? before.recordsExposures,
  };
  requireConsistentFlag(settings);
  const { key: _key, version: _version, createdAt: _createdAt, updatedAt: _updatedAt, ...present } = before;
  if (isDeepStrictEqual(settings, present)) return { before, after: before };
  return { before, after: await changeFlag(tx, key, settings, clock.now()) };
}
