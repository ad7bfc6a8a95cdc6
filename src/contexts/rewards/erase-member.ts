import type { RewardsDependencies } from './dependencies.ts';
import { erasePlayer } from './games/erase-player.ts';
import { eraseMembership } from './member-store.ts';

/**
 * Forgets whose number is whose when an account is erased, and what they have played. Wallet, ledger and grants stay under the account's id, which
 * names nobody any more: coins must still sum, and a number is never paid twice, whoever has it next. Safe to repeat, and
 * to come before verifications that are older.
 */
export async function eraseMember(
  { worker }: Pick<RewardsDependencies, 'worker'>,
  { userId }: { readonly userId: string },
): Promise<void> {
  await worker.transaction(async (tx) => {
    await eraseMembership(tx, userId);
    await erasePlayer(tx, userId);
  });
}
