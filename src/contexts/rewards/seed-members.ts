import type { Transaction } from '../../database/transaction.ts';
import { openWallets } from './ledger-store.ts';
import { insertMembers } from './member-store.ts';

/** Users and the phones they have verified: `phones[n]` belongs to `userIds[n]`. */
export interface SeedMembers {
  readonly userIds: readonly string[];
  readonly phones: readonly string[];
}

/**
 * Takes many verified phones at once, with empty wallets; for demo data and tests. Known users and phones stay as they
 * are. Does NOT credit what waits for these phones: that is `user.phone_verified`'s business.
 */
export async function seedMembers(tx: Transaction, { userIds, phones }: SeedMembers): Promise<void> {
  if (userIds.length !== phones.length) throw new RangeError('Each user needs a phone.');
  await openWallets(tx, userIds);
  await insertMembers(tx, userIds, phones);
}
