import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { insertFlag } from './flag-store.ts';
import type { Flag, FlagSettings } from './flag.ts';
import { requireConsistentFlag } from './require-consistent-flag.ts';

/** @throws Problem 409 `flag-invalid`, `flag-key-taken` */
export async function createFlag(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { key, ...settings }: FlagSettings & Pick<Flag, 'key'>,
): Promise<Flag> {
  requireConsistentFlag(settings);
  return insertFlag(tx, key, settings, clock.now());
}
