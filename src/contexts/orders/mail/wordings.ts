import type { Wording } from '../../notifications/index.ts';
import { mailKinds } from './order-mail.ts';

/** Every mail about an order, which staff may word otherwise by publishing a template under its key. */
export const orderWordings: readonly Wording[] = mailKinds.map((kind) => ({
  key: `orders.${kind}`,
  channel: 'email',
  category: 'account',
  variables: [
    { name: 'number', type: 'integer', required: true },
    { name: 'total', type: 'string', required: false, maxLength: 40 },
  ],
}));
