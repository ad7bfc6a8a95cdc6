/** Things of the catalog that the walks act on, made through the API. */
import type { World } from './world.ts';

type Maker = Pick<World, 'call' | 'staff'>;

let made = 0;

async function make({ call, staff }: Maker, path: string, body: object): Promise<string> {
  return (await call<{ id: string }>(staff, 'POST', path, { body })).id;
}

export const productType = (): object => ({
  code: `kind-${(made += 1)}`,
  name: 'Kind',
  attributes: [{ key: 'handmade', kind: 'flag', label: 'Hand-made', required: false, facet: true }],
});
export const createProductType = (world: Maker): Promise<string> => make(world, '/api/v1/product-types', productType());

export const category = (): object => ({
  slug: `category-${(made += 1)}`,
  parentId: null,
  names: [{ locale: 'en', name: 'Category' }],
});
export const createCategory = (world: Maker): Promise<string> => make(world, '/api/v1/categories', category());

export async function product(world: Maker): Promise<object> {
  return {
    slug: `product-${(made += 1)}`,
    productTypeId: await createProductType(world),
    translations: [{ locale: 'en', name: `Product ${made}`, description: 'One of them.' }],
    attributes: [{ kind: 'flag', key: 'handmade', value: true }],
    options: [{ key: 'size', label: 'Size', values: ['s', 'm', 'l'] }],
    categoryIds: [],
    images: [],
    taxClass: 'standard',
    publishedFrom: '2026-01-01T00:00:00.000Z',
    publishedUntil: null,
  };
}
export const createProduct = async (world: Maker): Promise<string> =>
  make(world, '/api/v1/products', await product(world));

export const variant = (size = 'm'): object => ({
  sku: `SKU-${(made += 1)}`,
  options: [{ key: 'size', value: size }],
  prices: [{ channel: 'web', price: { amount: 4900, currency: 'EUR' }, validFrom: null, validUntil: null }],
  imageUrl: null,
  lowStockAt: 3,
});
/** Of a product of its own. */
export const createVariant = async (world: Maker): Promise<string> =>
  make(world, `/api/v1/products/${await createProduct(world)}/variants`, variant());

export const stockLocation = (): object => ({ code: `place-${(made += 1)}`, name: 'Place', priority: made });
export const createStockLocation = (world: Maker): Promise<string> =>
  make(world, '/api/v1/stock-locations', stockLocation());

/** Three of a variant, of its own at a place of its own: few enough to be low. */
export async function createStock(world: Maker): Promise<{ readonly variantId: string; readonly locationId: string }> {
  const place = { variantId: await createVariant(world), locationId: await createStockLocation(world) };
  await make(world, '/api/v1/stock-adjustments', { ...place, delta: 3, reason: 'received' });
  return place;
}

/** A transfer that succeeds. */
export async function stockTransfer(world: Maker): Promise<object> {
  const { variantId, locationId } = await createStock(world);
  return { variantId, fromLocationId: locationId, toLocationId: await createStockLocation(world), quantity: 1 };
}
