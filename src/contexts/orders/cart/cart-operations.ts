import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import { cartBody, cartTag } from '../bodies.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { getCart } from './get-cart.ts';
import { updateCart } from './update-cart.ts';

/** What people mean to buy. */
export function createCartOperations(dependencies: OrdersDependencies): Handlers<'getCart' | 'updateCart'> {
  const { primary } = dependencies;
  return {
    getCart: async ({ path, query: { locale = 'en' } }, { principal }) => {
      const key = { customerId: principal.userId, currency: path.currency, channel: path.salesChannel };
      const cart = await getCart(dependencies, primary, { ...key, locale });
      return reply('getCart', { status: 200, headers: { ETag: cartTag(cart) }, body: cartBody(cart, key) });
    },
    updateCart: async ({ path, query: { locale = 'en' }, headers, body }, { principal }) => {
      const key = { customerId: principal.userId, currency: path.currency, channel: path.salesChannel };
      const cart = await primary.transaction((tx) =>
        updateCart({ ...dependencies, tx }, { ...key, locale, ifMatch: headers['If-Match'], lines: body.lines }),
      );
      return reply('updateCart', { status: 200, headers: { ETag: cartTag(cart) }, body: cartBody(cart, key) });
    },
  };
}
