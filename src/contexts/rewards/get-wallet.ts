import type { RewardsDependencies } from './dependencies.ts';
import { findBalance } from './ledger-store.ts';

/** The coins of a user; somebody who never received any has 0. */
export async function getWallet(
  { primary }: Pick<RewardsDependencies, 'primary'>,
  userId: string,
): Promise<{ readonly balance: number }> {
  return { balance: await findBalance(primary, userId) };
}
