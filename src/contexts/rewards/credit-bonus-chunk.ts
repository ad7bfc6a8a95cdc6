import type { Transaction } from '../../database/transaction.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { insertGrants } from './grant-store.ts';
import { countChunk, findImportTerms } from './import-progress-store.ts';
import { insertPostings } from './ledger-store.ts';
import { queueBonusMessages } from './queue-bonus-messages.ts';
import { takeChunk } from './staging-store.ts';

/**
 * Credits one chunk of an import: all of it in one transaction, so a process killed at any moment leaves the chunk open
 * and nothing else. What is shared with others is locked late and in one order: grants by phone, wallets by id, the pool,
 * the import.
 *
 * @returns false when no chunk is open that nobody else works on
 */
export async function creditBonusChunk(
  {
    worker,
    clock,
    notifications,
    observer,
  }: Pick<RewardsDependencies, 'worker' | 'clock' | 'notifications' | 'observer'>,
  importId: string,
): Promise<boolean> {
  const outcome = await worker.transaction(async (tx: Transaction) => {
    const chunk = await takeChunk(tx, importId);
    if (chunk === undefined) return undefined;
    const terms = await findImportTerms(tx, importId);

    const grants = await insertGrants(tx, importId, chunk.numbers);
    const credited = grants.flatMap(({ id, phone, userId }) => (userId === null ? [] : [{ id, phone, userId }]));
    await queueBonusMessages(
      { tx, notifications },
      credited.map((grant) => ({ ...grant, ...terms })),
    );
    await insertPostings(
      tx,
      'bonus',
      credited.map(({ id, userId }) => ({ reference: id, from: terms.campaignId, to: userId, amount: terms.coins })),
    );

    const counts = {
      credited: credited.length,
      pending: grants.length - credited.length,
      duplicate: chunk.lines - grants.length,
    };
    await countChunk(tx, importId, counts, clock.now());
    return counts;
  });
  if (outcome !== undefined) observer.chunkCredited(outcome);
  return outcome !== undefined;
}
