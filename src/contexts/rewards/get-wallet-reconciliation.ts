import type { RewardsDependencies } from './dependencies.ts';
import { countLedger, listDifferences } from './reconciliation-store.ts';
import type { LedgerTotals, WalletDifference } from './reconciliation-store.ts';

/** What was compared, in one snapshot, and everything that differs. */
export interface WalletReconciliation extends LedgerTotals {
  readonly differences: readonly WalletDifference[];
}

/** Reads whole tables: generous, but not for ever. */
const LONGEST_MILLISECONDS = 120_000;

/**
 * Proves that ledger, wallets and grants agree: each balance is the sum of its entries, each posting sums to zero (so all
 * balances do), and each credited grant has exactly its two entries, on its own user's wallet and its campaign's pool.
 */
export async function getWalletReconciliation({
  reporting,
  observer,
}: Pick<RewardsDependencies, 'reporting' | 'observer'>): Promise<WalletReconciliation> {
  const result = await reporting.transaction(
    async (tx) => ({ ...(await countLedger(tx)), differences: await listDifferences(tx) }),
    { isolation: 'repeatable read', readOnly: true, statementTimeout: LONGEST_MILLISECONDS },
  );
  observer.reconciled({ differences: result.differences.length });
  return result;
}
