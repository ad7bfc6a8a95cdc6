import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { createCatalogFixture, euros } from './catalog.fixture.ts';
import type { CatalogFixture } from './catalog.fixture.ts';

let shop: CatalogFixture;
beforeAll(async () => {
  shop = await createCatalogFixture();
});
afterAll(() => shop.close());

const material = (choices: string[], required = true): Schema<'AttributeDefinition'> => ({
  ...{ key: 'material', kind: 'choice', label: 'Material', required, facet: true, choices },
});
const refused = (code: string) => ({ status: 409, body: expect.objectContaining({ code }) as unknown });

describe('attributes', () => {
  test('are held to their type when a product is written, and every fault is named', async () => {
    const productTypeId = await shop.createType([
      material(['cotton', 'linen']),
      { key: 'weight', kind: 'number', label: 'Weight', required: false, facet: false },
    ]);
    const product = await shop.createProduct({
      productTypeId,
      attributes: [{ kind: 'choice', key: 'material', values: ['linen'] }],
    });
    const change = (attributes: Schema<'Attribute'>[]) =>
      shop.send('PATCH', `/api/v1/products/${product.id}`, { attributes });
    const faulty = await change([
      { kind: 'choice', key: 'material', values: ['wood'] },
      { kind: 'text', key: 'weight', value: 'heavy' },
      { kind: 'flag', key: 'round', value: true },
    ]);
    expect(faulty).toMatchObject(refused('attributes-invalid'));
    expect(faulty.body.errors?.map(({ detail }) => detail).toSorted()).toEqual([
      'material is not among the choices',
      'round is no attribute of this product type',
      'weight must be a number',
    ]);
    expect(await change([])).toMatchObject(refused('attributes-invalid'));
    const twice: Schema<'Attribute'> = { kind: 'choice', key: 'material', values: ['linen'] };
    expect(await change([twice, twice])).toMatchObject(refused('attributes-invalid'));
  });

  test('are refused by the database itself, whoever writes', async () => {
    const productTypeId = await shop.createType([material(['cotton'])]);
    const { id } = await shop.createProduct({
      productTypeId,
      attributes: [{ kind: 'choice', key: 'material', values: ['cotton'] }],
    });
    const write = shop.portico.database.query(
      {
        name: '',
        text: `update catalog.products set attributes = '{"material": ["gold"]}' where id = $1`,
      },
      [id],
    );
    await expect(write).rejects.toMatchObject({ constraint: 'products_attributes_fit' });
  });

  test('of a changed type tell which products do not fit any more, and leave them as they are', async () => {
    const productTypeId = await shop.createType([material(['cotton', 'linen'])]);
    const of = (value: string) =>
      shop.createProduct({ productTypeId, attributes: [{ kind: 'choice', key: 'material', values: [value] }] });
    const [cotton, linen] = [await of('cotton'), await of('linen')];
    const { body } = await shop.send<Schema<'ProductTypeChange'>>('PATCH', `/api/v1/product-types/${productTypeId}`, {
      attributes: [material(['cotton'])],
    });
    expect(body.misfits).toEqual({ count: 1, productIds: [linen.id] });
    const path = `/api/v1/products/${linen.id}`;
    expect((await shop.send('PATCH', path, { taxClass: 'zero' })).body).toMatchObject({ code: 'attributes-invalid' });
    expect(await shop.send('PATCH', `/api/v1/products/${cotton.id}`, { taxClass: 'zero' })).toMatchObject({
      status: 200,
    });
  });

  test.each([
    [{ ...material(['a']), choices: undefined }, 'is a choice without choices'],
    [
      { key: 'a', kind: 'text', label: 'A', required: false, facet: true },
      'is neither a choice nor a flag, and so no facet',
    ],
    [
      { key: 'a', kind: 'flag', label: 'A', required: false, facet: true, choices: ['b'] },
      'has choices and is no choice',
    ],
  ])('are not defined in contradictions: %#', async (definition, detail) => {
    const body = { code: 'contradiction', name: 'Contradiction', attributes: [definition] };
    const answer = await shop.send('POST', '/api/v1/product-types', body);
    expect(answer).toMatchObject(refused('product-type-invalid'));
    expect(answer.body.errors).toEqual([{ pointer: '/attributes/0', detail }]);
  });
});

describe('a product', () => {
  test.each([
    ['draft', null, null],
    ['scheduled', '2999-01-01T00:00:00.000Z', null],
    ['published', '2026-01-01T00:00:00.000Z', null],
    ['published', '2026-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z'],
    ['ended', '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'],
  ])('is %s from %s until %s, and listed so', async (state, publishedFrom, publishedUntil) => {
    const product = await shop.createProduct({ publishedFrom, publishedUntil });
    expect(product.state).toBe(state);
    for (const each of ['draft', 'scheduled', 'published', 'ended']) {
      const { body } = await shop.send<Schema<'ProductPage'>>('GET', `/api/v1/products?limit=100&state=${each}`);
      expect([each, body.items.some(({ id }) => id === product.id)]).toEqual([each, each === state]);
    }
  });

  test.each([
    { publishedFrom: '2026-01-02T00:00:00.000Z', publishedUntil: '2026-01-01T00:00:00.000Z' },
    { publishedFrom: null, publishedUntil: '2026-01-01T00:00:00.000Z' },
    { translations: ['en', 'en'].map((locale) => ({ locale, name: 'Twice', description: '' })) },
  ])('does not contradict itself: %j', async (change) => {
    const { id } = await shop.createProduct();
    expect(await shop.send('PATCH', `/api/v1/products/${id}`, change)).toMatchObject(refused('product-invalid'));
  });

  test('has a version that counts the changes of its variants', async () => {
    const { id } = await shop.createProduct();
    const path = `/api/v1/products/${id}`;
    const tags = [(await shop.send('GET', path)).etag];
    const variant = await shop.createVariant(id);
    tags.push((await shop.send('GET', path)).etag);
    await shop.send('PATCH', `/api/v1/variants/${variant.id}`, { lowStockAt: 1 });
    tags.push((await shop.send('GET', path)).etag);
    await shop.send('DELETE', `/api/v1/variants/${variant.id}`);
    tags.push((await shop.send('GET', path)).etag);
    expect(new Set(tags).size).toBe(4);
    const stale = await shop.send('PATCH', path, { taxClass: 'zero' }, { 'if-match': tags[0] ?? '' });
    expect(stale.status).toBe(412);
  });

  test('keeps its slug to itself, and wants categories and types that exist', async () => {
    const { slug } = await shop.createProduct();
    const { id, productTypeId } = await shop.createProduct();
    const path = `/api/v1/products/${id}`;
    expect(await shop.send('PATCH', path, { slug })).toMatchObject(refused('product-slug-taken'));
    expect(await shop.send('PATCH', path, { categoryIds: [id] })).toMatchObject(refused('category-unknown'));
    const foreign = { ...(await shop.createProduct()), productTypeId: id };
    const { translations, attributes, options, categoryIds, images, taxClass } = foreign;
    const body = { slug: 'other', translations, attributes, options, categoryIds, images, taxClass };
    const make = (type: string) => shop.send('POST', '/api/v1/products', { ...body, productTypeId: type });
    expect(await make(id)).toMatchObject(refused('product-type-unknown'));
    expect((await make(productTypeId)).status).toBe(201);
  });
});

describe('a variant', () => {
  test('has one value for each option, and no other has the same', async () => {
    const { id } = await shop.createProduct();
    await shop.createVariant(id, { sku: 'ONLY-ONE' });
    const create = (sku: string, options: { key: string; value: string }[]) =>
      shop.send('POST', `/api/v1/products/${id}/variants`, { sku, options, prices: [] });
    expect(await create('A', [])).toMatchObject(refused('options-invalid'));
    expect(await create('A', [{ key: 'size', value: 'xxl' }])).toMatchObject(refused('options-invalid'));
    expect(await create('A', [{ key: 'size', value: 'm' }])).toMatchObject(refused('variant-exists'));
    expect(await create('ONLY-ONE', [{ key: 'size', value: 's' }])).toMatchObject(refused('sku-taken'));
    const shrink = { options: [{ key: 'size', label: 'Size', values: ['s'] }] };
    expect(await shop.send('PATCH', `/api/v1/products/${id}`, shrink)).toMatchObject(refused('options-in-use'));
  });

  test('has one price at most at each moment, per currency and channel', async () => {
    const { id } = await shop.createProduct();
    const { id: variantId } = await shop.createVariant(id);
    const until = (validUntil: string | null, validFrom: string | null = null) => ({
      ...euros(1),
      validFrom,
      validUntil,
    });
    const change = (prices: Schema<'VariantPrice'>[]) =>
      shop.send<Schema<'Variant'>>('PATCH', `/api/v1/variants/${variantId}`, { prices });
    const noon = '2027-01-01T12:00:00.000Z';
    expect(await change([euros(1), euros(2)])).toMatchObject(refused('prices-overlap'));
    expect(await change([until('2027-01-01T12:00:00.001Z'), until(null, noon)])).toMatchObject(
      refused('prices-overlap'),
    );
    // Half-open: one ends where the next begins.
    const half = await change([until(noon), until(null, noon)]);
    expect(half.body.prices).toEqual([until(noon), until(null, noon)]);
    expect((await change([euros(1), { ...euros(2), channel: 'app' }])).status).toBe(200);
    const dollars = { ...euros(2), price: { amount: 2, currency: 'USD' } };
    expect((await change([euros(1), dollars])).status).toBe(200);
    expect(await change([euros(-1)])).toMatchObject(refused('price-invalid'));
    expect(await change([until(noon, noon)])).toMatchObject(refused('price-invalid'));
    const unknown = { ...euros(2), price: { amount: 2, currency: 'ZZZ' } };
    expect(await change([unknown])).toMatchObject(refused('currency-unknown'));
  });

  test('keeps an amount that ends where JSON numbers do', async () => {
    const { id } = await shop.createProduct();
    const { prices } = await shop.createVariant(id, { prices: [euros(Number.MAX_SAFE_INTEGER)] });
    expect(prices).toEqual([euros(Number.MAX_SAFE_INTEGER)]);
  });

  test('changed by two at once is changed once for each tag', async () => {
    const { id } = await shop.createProduct();
    const variant = await shop.createVariant(id);
    const path = `/api/v1/variants/${variant.id}`;
    const { etag } = await shop.send('GET', path);
    const writers = [1, 2, 3].map((lowStockAt) => shop.send('PATCH', path, { lowStockAt }, { 'if-match': etag }));
    const answers = await Promise.all(writers);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412]);
  });
});
