import { moneyProblems } from '../../shared/money.ts';
import { defineProblems } from '../../shared/problem.ts';

export const problems = {
  ...defineProblems({
    'address-invalid': { status: 409, title: 'There can be no such address' },
    'article-unavailable': { status: 409, title: 'An article is not for sale' },
    'cart-empty': { status: 409, title: 'The cart is empty' },
    'coupon-code-taken': { status: 409, title: 'Another coupon has this code' },
    'coupon-invalid': { status: 409, title: 'The coupon contradicts itself' },
    'coupon-unusable': { status: 409, title: 'The coupon cannot be used' },
    'duplicate-confirmation-forbidden': { status: 403, title: 'Identical orders may not be confirmed' },
    'duplicate-order': { status: 409, title: 'The same was ordered a short time ago' },
    'illegal-order-transition': { status: 409, title: 'This cannot happen to the order now' },
    'nothing-to-return': { status: 409, title: 'So many were not shipped' },
    'nothing-to-ship': { status: 409, title: 'So many are not left to ship' },
    'order-edit-window-closed': { status: 409, title: 'The order cannot be changed any more' },
    'order-override-forbidden': { status: 403, title: 'Orders may not be changed that late' },
    'out-of-stock': { status: 409, title: 'There is not enough in stock' },
    'payment-in-flight': { status: 409, title: 'A payment is on its way' },
    'refund-exceeds-captured': { status: 409, title: 'More would be refunded than was paid' },
    'shipping-methods-full': { status: 409, title: 'There are as many ways of shipping as can be' },
    'shipping-unavailable': { status: 409, title: 'This way of shipping is not offered' },
    'tax-rates-invalid': { status: 409, title: 'The tax rates contradict themselves' },
    'total-changed': { status: 409, title: 'The order costs something else now' },
    'variant-twice': { status: 409, title: 'An article stands on two lines' },
  }),
  'currency-unknown': moneyProblems['currency-unknown'],
  'money-overflow': moneyProblems['money-overflow'],
};
