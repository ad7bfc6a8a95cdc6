/** A large file, streamed: `npm run test:products` takes 100,000 products, each with two variants. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Schema } from '../../../contract/handlers.ts';
import { createCatalogFixture, euros } from '../catalog.fixture.ts';
import type { CatalogFixture } from '../catalog.fixture.ts';

const PRODUCTS = Number(process.env['IMPORT_PRODUCTS'] ?? 2_000);

let shop: CatalogFixture;
beforeAll(async () => {
  shop = await createCatalogFixture();
});
afterAll(() => shop.close());

function* lines(productTypeId: string): Generator<string> {
  for (let n = 0; n < PRODUCTS; n += 1) {
    const variants = ['s', 'm'].map((value) => ({
      sku: `LARGE-${n}-${value}`,
      options: [{ key: 'size', value }],
      prices: [euros(1_000 + (n % 9_000))],
    }));
    yield `${JSON.stringify({
      ...{
        slug: `large-${n}`,
        productTypeId,
        attributes: [],
        categoryIds: [],
        images: [],
        taxClass: 'standard',
        variants,
      },
      translations: [{ locale: 'en', name: `Large product ${n}`, description: 'One of many.' }],
      options: [{ key: 'size', label: 'Size', values: ['s', 'm'] }],
      publishedFrom: '2026-01-01T00:00:00.000Z',
    })}\n`;
  }
}

test('is taken in as it comes and written in chunks', async () => {
  const type = await shop.createType();
  const began = performance.now();
  const answer = await shop.portico.request('POST', '/api/v1/product-imports', {
    token: shop.portico.tokenFor('staff'),
    headers: { 'content-type': 'application/x-ndjson' },
    body: [...lines(type)].join(''),
  });
  expect(answer.status).toBe(202);
  const taken = performance.now();
  await shop.portico.runJobs();
  const written = performance.now();
  const path = answer.headers.get('location') ?? '';
  const { body } = await shop.send<Schema<'ProductImport'>>('GET', path);
  expect(body).toMatchObject({ lines: PRODUCTS, created: PRODUCTS, refused: 0 });
  if (PRODUCTS >= 10_000) {
    const perSecond = Math.round((1_000 * PRODUCTS) / (written - taken));
    console.log(`${PRODUCTS} products: ${Math.round(taken - began)} ms taken in, ${perSecond} written a second.`);
  }
}, 3_600_000);
