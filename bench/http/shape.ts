/** The one request that every server of this benchmark answers: a POST with an id, a query and a body of 12 fields. */

const line = {
  type: 'object',
  additionalProperties: false,
  required: ['article', 'quantity', 'unitPrice'],
  properties: {
    article: { type: 'string', minLength: 1, maxLength: 40, pattern: '^[A-Z0-9-]+$' },
    quantity: { type: 'integer', minimum: 1, maximum: 1000 },
    unitPrice: { type: 'integer', minimum: 0, maximum: 9007199254740991 },
  },
} as const;

const properties = {
  customerId: { type: 'string', minLength: 36, maxLength: 36 },
  currency: { type: 'string', minLength: 3, maxLength: 3, pattern: '^[A-Z]{3}$' },
  email: { type: 'string', minLength: 3, maxLength: 254 },
  phone: { type: 'string', maxLength: 16, pattern: '^\\+[1-9][0-9]{6,14}$' },
  name: { type: 'string', minLength: 1, maxLength: 100 },
  street: { type: 'string', minLength: 1, maxLength: 200 },
  city: { type: 'string', minLength: 1, maxLength: 100 },
  postalCode: { type: 'string', minLength: 1, maxLength: 16 },
  country: { type: 'string', minLength: 2, maxLength: 2, pattern: '^[A-Z]{2}$' },
  giftWrap: { type: 'boolean' },
  note: { type: 'string', maxLength: 500 },
  lines: { type: 'array', minItems: 1, maxItems: 100, items: line },
} as const;

export const bodySchema = {
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
} as const;

export const answerSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'total', ...Object.keys(properties)],
  properties: {
    id: { type: 'string', minLength: 36, maxLength: 36 },
    total: { type: 'integer', minimum: 0, maximum: 9007199254740991 },
    ...properties,
  },
} as const;

export interface Order {
  readonly customerId: string;
  readonly lines: readonly { readonly article: string; readonly quantity: number; readonly unitPrice: number }[];
}

export const sample = {
  customerId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90',
  currency: 'USD',
  email: 'sara@example.com',
  phone: '+989121234567',
  name: 'Sara Ahmadi',
  street: 'Valiasr Street 1024',
  city: 'Tehran',
  postalCode: '1966733314',
  country: 'IR',
  giftWrap: true,
  note: 'Please ring twice.',
  lines: Array.from({ length: 5 }, (_, index) => ({ article: `TEA-${index}`, quantity: index + 1, unitPrice: 1099 })),
} satisfies Order & Record<string, unknown>;

export const path = '/shops/01939c2e-7a4b-7c31-9a52-0d6f2c1b8e91/orders?channel=web';

/** The work of the handler, the same for all: a sum, and the order given back. */
export function place(id: string, order: Order): object {
  const total = order.lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  return { id, total, ...order };
}
