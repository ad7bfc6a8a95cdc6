import type { Transaction } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Channel } from './message.ts';
import { SuppressionModel } from './models.ts';

export interface SuppressionCreate {
  readonly id: string;
  readonly channel: Channel;
  /** E.164, or an e-mail address in any case. */
  readonly address: string;
  /** `marketing`: the person opted out. `all`: not even one-time codes may be sent. */
  readonly category: 'marketing' | 'all';
  /** Why, for people. */
  readonly reason: string;
}

/**
 * From its commit on nothing of this category is claimed for the address; what is already leaving leaves. A second one of
 * the same category breaks the constraint `suppressions_once`: 409 `already-suppressed`.
 */
export async function createSuppression(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  suppression: SuppressionCreate,
): Promise<SuppressionModel> {
  return SuppressionModel.query(tx.models).insertAndFetch({
    ...suppression,
    address: suppression.address.toLowerCase(),
    createdAt: clock.now(),
  });
}
