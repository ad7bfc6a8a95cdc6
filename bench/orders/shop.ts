/** A composed Portico without API and jobs, and articles to order in it. */
import { compose } from '../../src/compose.ts';
import type { Portico } from '../../src/compose.ts';
import { paymentsOfOrders } from '../../src/compose-orders.ts';
import { readConfig } from '../../src/config.ts';
import { measured } from '../../src/contexts/orders/index.ts';
import { statement } from '../../src/database/transaction.ts';
import type { Transaction } from '../../src/database/transaction.ts';
import { enqueue } from '../../src/jobs/enqueue.ts';
import { newId } from '../../src/shared/id.ts';
import { createLogger } from '../../src/telemetry/logs.ts';

/** So many connections, and so many orders at once. */
export const AT_ONCE = 16;
/** Articles of the wide catalog; the hot product is the first. */
export const ARTICLES = 2_000;

export function articleId(n: number): string {
  return `00000000-0000-7009-8000-${n.toString(16).padStart(12, '0')}`;
}

const seedStatement = statement(
  'bench.seed_shop',
  `with type as (insert into catalog.product_types (id, code, name, attributes, created_at, updated_at)
     values (uuidv7(), 'bench', 'Bench', '[]', now(), now()) returning id),
   place as (insert into catalog.stock_locations (id, code, name, priority, created_at)
     values (uuidv7(), 'bench', 'Bench', 1, now()) returning id),
   product as (insert into catalog.products (id, slug, product_type_id, translations, attributes, options, images, tax_class,
       published_from, created_at, updated_at)
     select ('00000000-0000-7008-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'bench-' || n, type.id,
       '[{"locale": "en", "name": "Article", "description": ""}]', '{}', '[]', '[]', 'standard', '2026-01-01', now(), now()
     from type, generate_series(0, $1::int - 1) n returning id, slug),
   variant as (insert into catalog.variants (id, product_id, sku, options, created_at, updated_at)
     select ('00000000-0000-7009-8000-' || substr(id::text, 25))::uuid, id, 'SKU-' || slug, '{}', now(), now() from product
     returning id),
   price as (insert into catalog.prices (variant_id, currency, channel, valid, amount_minor)
     select id, 'EUR', 'web', tstzrange(null, null), 4900 from variant),
   stock as (insert into catalog.stock_levels (variant_id, location_id, on_hand)
     select variant.id, place.id, 1000000000 from variant, place),
   shipping as (insert into orders.shipping_methods (code, name, tax_class, active, prices)
     values ('parcel', 'Parcel', 'standard', true, '[{"currency": "EUR", "amount": 490}]'))
   insert into orders.tax_rates values ('DE', 'standard', 1900)`,
);

export function seedShop(tx: Transaction): Promise<unknown> {
  return tx.query(seedStatement, [ARTICLES]);
}

export interface Shop {
  readonly portico: Portico;
  /** Orders two of an article, as a customer nobody has seen before, in this transaction. */
  place(tx: Transaction, variantId: string): Promise<string>;
}

export async function openShop(url: string): Promise<Shop> {
  const secret = 'a secret that only benchmarks may know';
  const config = readConfig({ DATABASE_URL: url, PORTICO_SECRET: secret, DATABASE_POOL_SIZE: String(AT_ONCE) });
  const databases = { application: url, owner: url, reporting: url, secret };
  const log = createLogger({ level: 'silent' });
  const portico = await compose({ config, databases, log, api: false, jobs: false, demo: false });
  const { catalog, exchangeRates, payments } = portico;
  const dependencies = {
    ...{ catalog, exchangeRates, payments: paymentsOfOrders(payments) },
    ...{ enqueue, settings: config.orders },
  };
  const address = { line1: 'Bench 1', line2: null, city: 'Berlin', region: null, postalCode: '10117', country: 'DE' };
  return {
    portico,
    async place(tx, variantId) {
      const [orderId, customerId] = [newId(), newId()];
      await measured.placeOrder(
        { ...dependencies, tx },
        {
          ...{
            orderId,
            customerId,
            actor: { type: 'user', id: customerId },
            currency: 'EUR',
            channel: 'web',
            locale: 'en',
          },
          ...{ lines: [{ variantId, quantity: 2 }], shippingMethod: 'parcel', couponCode: undefined },
          address: { recipient: 'Bench', phone: null, address },
          ...{ expectedTotal: undefined, confirmDuplicate: false, mayConfirm: false },
        },
      );
      return orderId;
    },
  };
}
