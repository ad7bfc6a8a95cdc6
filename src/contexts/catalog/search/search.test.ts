import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../../contract/handlers.ts';
import { until } from '../../../testing/until.ts';
import { createCatalogFixture, euros } from '../catalog.fixture.ts';
import type { CatalogFixture } from '../catalog.fixture.ts';

type Page = Schema<'FoundProductPage'>;

let shop: CatalogFixture;
beforeAll(async () => {
  shop = await createCatalogFixture();
});
afterAll(() => shop.close());

/** As somebody whom nobody knows. */
async function search(query: Readonly<Record<string, string>> | string): Promise<Page> {
  const answer = await shop.portico.request('GET', `/api/v1/catalog/products?${new URLSearchParams(query).toString()}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Page;
}
const namesOf = ({ items }: Page): readonly string[] => items.map(({ name }) => name);

const text = (locale: string, name: string, description = ''): Schema<'ProductText'> => ({ locale, name, description });

interface Offer {
  readonly texts: Schema<'ProductText'>[];
  readonly price?: number;
  readonly product?: Partial<Schema<'ProductCreate'>>;
  readonly sizes?: readonly string[];
}

async function offer({ texts, price = 1000, product = {}, sizes = ['m'] }: Offer): Promise<Schema<'Product'>> {
  const created = await shop.createProduct({ translations: texts, ...product });
  for (const value of sizes) {
    await shop.createVariant(created.id, { options: [{ key: 'size', value }], prices: [euros(price)] });
  }
  return created;
}

describe('words', () => {
  beforeAll(async () => {
    await offer({ texts: [text('en', 'Walking boots'), text('de', 'Wanderstiefel für Berge')] });
    await offer({ texts: [text('fa', 'کفش پیاده روی')] });
    await offer({ texts: [text('fr', 'Chaussures élégantes', 'Pour la randonnée')] });
  });

  test.each([
    ['en', 'boot', 'Walking boots'],
    ['en', 'WALKED', 'Walking boots'],
    ['de', 'berg', 'Wanderstiefel für Berge'],
    ['fa', 'کفش', 'کفش پیاده روی'],
    ['fr', 'elegante', 'Chaussures élégantes'],
    ['fr', 'randonnées', 'Chaussures élégantes'],
  ])('of %s are found by their stems: %s', async (locale, words, name) => {
    const page = await search({ locale, text: words });
    expect([namesOf(page), page.corrected, page.exact]).toEqual([[name], false, true]);
  });

  test('that nobody wrote so are corrected, and that is said', async () => {
    const page = await search({ text: 'walkign bots' });
    expect([namesOf(page), page.corrected, page.total]).toEqual([['Walking boots'], true, 1]);
    expect(await search({ text: 'xylophone' })).toMatchObject({ items: [], total: 0, corrected: false, prices: null });
  });

  test('are corrected only while the flag for it is on', async () => {
    const flip = async (enabled: boolean): Promise<void> => {
      expect((await shop.send('PATCH', '/api/v1/flags/search-typo-tolerance', { enabled })).status).toBe(200);
      await until(async () => (await search({ text: 'walkign bots' })).corrected === enabled);
    };
    await flip(false);
    expect(await search({ text: 'walkign bots' })).toMatchObject({ items: [], total: 0, corrected: false });
    await flip(true);
  });

  test.each(["o'clock \\ & | ! ( :*", '<->', '%_', 'the'])('may be anything: %s', async (words) => {
    await search({ text: words });
  });

  test('may be an article number', async () => {
    const product = await offer({ texts: [text('en', 'Numbered thing')], sizes: [] });
    await shop.createVariant(product.id, { sku: 'XK-4711-Z', prices: [euros(5)] });
    expect(namesOf(await search({ text: 'xk-4711-z' }))).toEqual(['Numbered thing']);
  });
});

describe('what is found', () => {
  test('is what is published at this moment, in this currency and channel', async () => {
    const past = '2026-01-01T00:00:00.000Z';
    const future = '2999-01-01T00:00:00.000Z';
    const named = (name: string, product: Partial<Schema<'ProductCreate'>>) =>
      offer({ texts: [text('en', `${name} lantern`)], product });
    await named('Draft', { publishedFrom: null });
    await named('Scheduled', { publishedFrom: future });
    await named('Ended', { publishedFrom: past, publishedUntil: '2026-01-02T00:00:00.000Z' });
    const { id } = await named('Published', { publishedFrom: past });
    expect(namesOf(await search({ text: 'lantern' }))).toEqual(['Published lantern']);
    expect(namesOf(await search({ text: 'lantern', currency: 'USD' }))).toEqual([]);
    expect(namesOf(await search({ text: 'lantern', channel: 'app' }))).toEqual([]);
    await shop.send('PATCH', `/api/v1/products/${id}`, { publishedUntil: '2026-01-02T00:00:00.000Z' });
    expect(namesOf(await search({ text: 'lantern' }))).toEqual([]);
  });

  test('has the price of this moment', async () => {
    const product = await shop.createProduct({ translations: [text('en', 'Seasonal kite')] });
    const at = (amount: number, validFrom: string | null, validUntil: string | null) => ({
      ...{ ...euros(amount), validFrom, validUntil },
    });
    const [spring, later] = ['2026-03-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z'];
    await shop.createVariant(product.id, {
      prices: [at(1, null, spring), at(20, spring, later), at(300, later, null)],
    });
    const page = await search({ text: 'kite' });
    expect(page.items).toMatchObject([{ priceFrom: { amount: 20 }, priceTo: { amount: 20 } }]);
    expect(await search({ text: 'kite', priceTo: '19' })).toMatchObject({
      items: [],
      prices: { from: { amount: 20 } },
    });
  });

  test('stands in a category or below it, wherever that is moved', async () => {
    const top = await shop.createCategory();
    const below = await shop.createCategory(top);
    await offer({ texts: [text('en', 'Placed anvil')], product: { categoryIds: [below] } });
    const found = async (categoryId: string) => namesOf(await search({ categoryId }));
    expect([await found(top), await found(below)]).toEqual([['Placed anvil'], ['Placed anvil']]);
    await shop.send('PATCH', `/api/v1/categories/${below}`, { parentId: null });
    expect([await found(top), await found(below)]).toEqual([[], ['Placed anvil']]);
  });

  test('is filtered by what becomes a facet later, when the job has run', async () => {
    const definition = { key: 'glow', kind: 'flag', label: 'Glows', required: false, facet: false } as const;
    const productTypeId = await shop.createType([definition]);
    const attributes: Schema<'Attribute'>[] = [{ kind: 'flag', key: 'glow', value: true }];
    await offer({ texts: [text('en', 'Glowing orb')], product: { productTypeId, attributes } });
    expect(namesOf(await search({ filter: 'glow:true' }))).toEqual([]);
    const path = `/api/v1/product-types/${productTypeId}`;
    await shop.send('PATCH', path, { attributes: [{ ...definition, facet: true }] });
    await shop.portico.runJobs();
    expect(namesOf(await search({ filter: 'glow:true' }))).toEqual(['Glowing orb']);
  });
});

describe('a large catalog', () => {
  const materials = ['cotton', 'linen', 'wool'];
  const sizes = ['s', 'm', 'l'];
  interface Made {
    readonly slug: string;
    readonly material: string;
    readonly sizes: readonly string[];
    readonly price: number;
  }
  const made: Made[] = [];
  const WORD = 'garment';

  beforeAll(async () => {
    const productTypeId = await shop.createType([
      { key: 'material', kind: 'choice', label: 'Material', required: true, facet: true, choices: materials },
    ]);
    for (let index = 0; index < 40; index += 1) {
      const material = materials[(index * 7) % 3] ?? '';
      const own = sizes.filter((_, at) => (index + at) % 2 === 0 || at === index % 3);
      const price = 100 * (1 + ((index * 13) % 20));
      const attributes: Schema<'Attribute'>[] = [{ kind: 'choice', key: 'material', values: [material] }];
      const { slug } = await offer({
        ...{ texts: [text('en', `Garment ${index}`)], price, sizes: own },
        product: { productTypeId, attributes },
      });
      made.push({ slug, material, sizes: own, price });
    }
  }, 60_000);

  interface Wanted {
    readonly material?: readonly string[];
    readonly size?: readonly string[];
    readonly from?: number;
    readonly to?: number;
  }
  const cases: readonly Wanted[] = [
    {},
    { material: ['linen'] },
    { material: ['linen', 'wool'] },
    { material: ['linen'], size: ['s'] },
    { material: ['cotton'], size: ['s', 'l'], from: 500, to: 1500 },
    { size: ['m'], to: 900 },
    { material: ['nothing-like-it'], size: ['m'] },
  ];

  test.each(cases)('counts as a plain look at all of it would: %j', async (wanted) => {
    const { material, size, from, to } = wanted;
    const fits = {
      material: (one: Made) => material?.includes(one.material) ?? true,
      size: (one: Made) => size?.some((value) => one.sizes.includes(value)) ?? true,
      price: (one: Made) => one.price >= (from ?? 0) && one.price <= (to ?? Infinity),
    };
    const but = (...left: (keyof typeof fits)[]): readonly Made[] =>
      made.filter((one) => Object.entries(fits).every(([key, fit]) => left.some((name) => name === key) || fit(one)));
    const query = new URLSearchParams({ text: WORD, limit: '100' });
    for (const value of material ?? []) query.append('filter', `material:${value}`);
    for (const value of size ?? []) query.append('filter', `size:${value}`);
    if (from !== undefined) query.set('priceFrom', String(from));
    if (to !== undefined) query.set('priceTo', String(to));
    const page = await search(query.toString());
    expect(page.items.map(({ slug }) => slug).toSorted()).toEqual(
      but()
        .map(({ slug }) => slug)
        .toSorted(),
    );
    const count = (values: readonly string[]): Record<string, number> =>
      values.reduce<Record<string, number>>((sums, value) => ({ ...sums, [value]: (sums[value] ?? 0) + 1 }), {});
    const counted = (key: string): Record<string, number> =>
      Object.fromEntries(
        page.facets.find((facet) => facet.key === key)?.values.map(({ value, count: n }) => [value, n]) ?? [],
      );
    expect([page.total, page.exact]).toEqual([but().length, true]);
    expect(counted('material')).toEqual(count(but('material').map((one) => one.material)));
    expect(counted('size')).toEqual(count(but('size').flatMap((one) => one.sizes)));
    const prices = but('price').map(({ price }) => price);
    expect(page.prices === null ? [] : [page.prices.from.amount, page.prices.to.amount]).toEqual(
      prices.length === 0 ? [] : [Math.min(...prices), Math.max(...prices)],
    );
  });

  test.each(['relevance', 'newest', 'price', '-price'])('is read to its end once, by %s', async (sort) => {
    const seen: Page['items'] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page = await search({ text: WORD, sort, limit: '7', ...(cursor === '' ? {} : { cursor }) });
      seen.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(seen.map(({ slug }) => slug).toSorted()).toEqual(made.map(({ slug }) => slug).toSorted());
    const prices = seen.map(({ priceFrom }) => priceFrom.amount);
    if (sort === 'price') expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    if (sort === '-price') expect(prices).toEqual(prices.toSorted((a, b) => b - a));
  });
});

describe('a published product', () => {
  test('is read by anybody, with a tag that covers prices and stock', async () => {
    const product = await shop.createProduct({ translations: [text('en', 'Vase'), text('de', 'Blumenvase')] });
    const variant = await shop.createVariant(product.id);
    const path = `/api/v1/catalog/products/${product.slug}?locale=de-AT`;
    const read = (tag?: string): Promise<Response> =>
      shop.portico.request('GET', path, tag === undefined ? {} : { headers: { 'if-none-match': tag } });
    const first = await read();
    expect(first.headers.get('cache-control')).toMatch(/^public, max-age=60/);
    expect(await first.json()).toMatchObject({
      text: { name: 'Blumenvase' },
      variants: [{ sku: variant.sku, price: { amount: 4900, currency: 'EUR' }, available: false }],
    });
    const tag = first.headers.get('etag') ?? '';
    expect((await read(tag)).status).toBe(304);
    const place = await shop.post<{ id: string }>('/api/v1/stock-locations', {
      code: 'here',
      name: 'Here',
      priority: 0,
    });
    const received = { variantId: variant.id, locationId: place.id, delta: 1, reason: 'received' };
    await shop.post('/api/v1/stock-adjustments', received);
    const stocked = await read(tag);
    expect([stocked.status, await stocked.json()]).toMatchObject([200, { variants: [{ available: true }] }]);
    await shop.send('PATCH', `/api/v1/products/${product.id}`, { publishedFrom: null });
    expect((await read(tag)).status).toBe(404);
  });
});
