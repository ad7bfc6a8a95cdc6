import { eraseCarts } from './cart/cart-store.ts';
import type { OrdersDependencies } from './dependencies.ts';
import { eraseAddresses } from './placing/address-store.ts';

/**
 * Forgets where somebody lives and what they meant to buy, when their account is erased. Their orders stay, under an id that is
 * nobody's: what was sold has to be accounted for. Safe to repeat.
 */
export async function eraseCustomer(
  { worker }: Pick<OrdersDependencies, 'worker'>,
  { userId }: { readonly userId: string },
): Promise<void> {
  await worker.transaction(async (tx) => {
    await eraseAddresses(tx, userId);
    await eraseCarts(tx, userId);
  });
}
