import type { ContextHandlers } from '../../contract/handlers.ts';
import { createCartOperations } from './cart/cart-operations.ts';
import type { OrdersDependencies } from './dependencies.ts';
import { createFulfilmentOperations } from './fulfilment/fulfilment-operations.ts';
import { createOrderOperations } from './placing/order-operations.ts';
import { createSettingsOperations } from './pricing/settings-operations.ts';
import { createReadingOperations } from './reading/reading-operations.ts';

export function createOrdersOperations(dependencies: OrdersDependencies) {
  return {
    ...createCartOperations(dependencies),
    ...createOrderOperations(dependencies),
    ...createReadingOperations(dependencies),
    ...createFulfilmentOperations(dependencies),
    ...createSettingsOperations(dependencies),
  } satisfies ContextHandlers<'orders'>;
}
