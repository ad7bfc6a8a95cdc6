import type { RewardsDependencies } from './dependencies.ts';
import { eraseMembership } from './member-store.ts';

/**
 * Forgets whose number is whose when an account is erased. Wallet, ledger and grants stay under the account's id, which
 * names nobody any more: coins must still sum, and a number is never paid twice, whoever has it next. Safe to repeat, and
 * to come before verifications that are older.
 */
export async function eraseMember(
  { worker }: Pick<RewardsDependencies, 'worker'>,
  { userId }: { readonly userId: string },
): Promise<void> {
  await worker.transaction((tx) => eraseMembership(tx, userId));
}
