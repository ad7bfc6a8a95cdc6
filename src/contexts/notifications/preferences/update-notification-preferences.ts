import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { preconditionFailed, requireMatch } from '../../../shared/etag.ts';
import { requireTimeZone } from './require-time-zone.ts';
import type { Preferences } from './preferences.ts';
import { findPreferences, writePreferences } from './preferences-store.ts';

export interface PreferencesChange extends Omit<Preferences, 'version'> {
  readonly userId: string;
  readonly ifMatch: string | undefined;
}

/**
 * Replaces what a person wants. From its commit on nothing that they switched off is claimed; what is already leaving leaves.
 *
 * @throws Problem 412, 428; 409 `time-zone-unknown`
 */
export async function updateNotificationPreferences(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { userId, ifMatch, ...wanted }: PreferencesChange,
): Promise<Preferences> {
  const before = await findPreferences(tx, userId);
  requireMatch(ifMatch, before.version);
  if (wanted.timeZone !== null) requireTimeZone(wanted.timeZone);
  const { version, ...present } = before;
  if (isDeepStrictEqual(wanted, present)) return before;
  const after = await writePreferences(tx, userId, { ...wanted, version }, clock.now());
  if (after === undefined) throw preconditionFailed();
  return after;
}
