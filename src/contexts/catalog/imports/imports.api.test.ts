/** Files of products, uploaded and downloaded over HTTP and written by jobs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../../contract/handlers.ts';
import { statement } from '../../../database/transaction.ts';
import { systemClock } from '../../../shared/clock.ts';
import { until } from '../../../testing/until.ts';
import { createCatalogFixture, euros } from '../catalog.fixture.ts';
import type { CatalogFixture } from '../catalog.fixture.ts';
import { importProducts } from './import-products.ts';

let shop: CatalogFixture;
let typeId: string;
let token: string;
beforeAll(async () => {
  shop = await createCatalogFixture();
  token = shop.portico.tokenFor('staff');
  typeId = await shop.createType([
    { key: 'material', kind: 'choice', label: 'Material', required: true, facet: true, choices: ['linen', 'wool'] },
  ]);
});
afterAll(() => shop.close());

type Line = Schema<'ProductCreate'> & { variants: Schema<'VariantCreate'>[] };

function line(slug: string, change: Partial<Line> = {}): Line {
  return {
    slug,
    productTypeId: typeId,
    translations: [{ locale: 'en', name: `The ${slug}`, description: '' }],
    attributes: [{ kind: 'choice', key: 'material', values: ['linen'] }],
    options: [{ key: 'size', label: 'Size', values: ['s', 'm'] }],
    ...{ categoryIds: [], images: [], taxClass: 'standard', publishedFrom: '2026-01-01T00:00:00.000Z' },
    variants: ['s', 'm'].map((value) => ({
      sku: `${slug.toUpperCase()}-${value}`,
      options: [{ key: 'size', value }],
      prices: [euros(4900)],
    })),
    ...change,
  };
}

const jsonLines = (lines: readonly unknown[]): string => lines.map((one) => JSON.stringify(one)).join('\n');

async function upload(body: string | Uint8Array, type = 'application/x-ndjson', query = ''): Promise<Response> {
  const headers = { 'content-type': type };
  return shop.portico.request('POST', `/api/v1/product-imports${query}`, { token, headers, body });
}
async function done(body: string, type?: string, query?: string): Promise<Schema<'ProductImport'>> {
  const answer = await upload(body, type, query);
  expect(answer.status).toBe(202);
  await shop.portico.runJobs();
  const location = answer.headers.get('location') ?? '';
  return (await shop.send<Schema<'ProductImport'>>('GET', location)).body;
}
async function text(path: string): Promise<string> {
  return (await shop.portico.request('GET', path, { token })).text();
}
const faultsOf = async ({ id }: { readonly id: string }): Promise<string[]> =>
  (await text(`/api/v1/product-imports/${id}/faults`)).trim().split('\r\n').slice(1);
const found = async (words: string): Promise<Schema<'FoundProductPage'>> =>
  (await shop.send<Schema<'FoundProductPage'>>('GET', `/api/v1/catalog/products?text=${words}`)).body;
const versions = (slugs: readonly string[]): Promise<{ slug: string; version: number }[]> =>
  shop.portico.owner.query(
    statement('', 'select slug, version from catalog.products where slug = any ($1) order by slug'),
    [slugs],
  );

describe('A file of JSON lines', () => {
  test('is written, found at once, and the same file again changes nothing', async () => {
    const file = jsonLines(Array.from({ length: 450 }, (_, n) => line(`bulk-${n}`)));
    expect(await done(file)).toMatchObject({ lines: 450, created: 450, changed: 0, unchanged: 0, refused: 0 });
    expect(await found('bulk-449')).toMatchObject({ total: 1, prices: { from: { amount: 4900, currency: 'EUR' } } });
    const before = await versions(['bulk-0', 'bulk-449']);
    const again = await done(file);
    expect(again).toMatchObject({ created: 0, changed: 0, unchanged: 450, refused: 0 });
    expect(again.finishedAt).not.toBeNull();
    expect(await versions(['bulk-0', 'bulk-449'])).toEqual(before);
  });

  test('replaces what it names, keeps variants that it does not, and counts each change once', async () => {
    await done(jsonLines([line('old')]));
    const change = {
      taxClass: 'zero' as const,
      variants: [{ sku: 'OLD-s', options: [{ key: 'size', value: 's' }], prices: [euros(1), euros2()] }],
    };
    expect(await done(jsonLines([line('old', change)]))).toMatchObject({ changed: 1 });
    expect(await versions(['old'])).toEqual([{ slug: 'old', version: 2 }]);
    expect((await found('old')).items).toMatchObject([{ priceFrom: { amount: 1 }, priceTo: { amount: 4900 } }]);
  });

  test('writes all right lines, and tells of each wrong one at which field', async () => {
    await done(jsonLines([line('owner')]));
    const result = await done(
      [
        jsonLines([line('right')]),
        '{"slug":',
        '[]',
        '',
        jsonLines([
          line('Wrong Slug'),
          line('no-material', { attributes: [] }),
          line('no-type', { productTypeId: '00000000-0000-7000-8000-000000000000' }),
          line('no-category', { categoryIds: ['00000000-0000-7000-8000-000000000000'] }),
          line('stolen', { variants: [{ sku: 'OWNER-s', options: [{ key: 'size', value: 's' }], prices: [] }] }),
          line('odd-size', { variants: [{ sku: 'ODD', options: [{ key: 'size', value: 'xl' }], prices: [] }] }),
          line('two-prices', {
            variants: [{ sku: 'TWO', options: [{ key: 'size', value: 's' }], prices: [euros(1), euros(2)] }],
          }),
          line('right'),
          line('right-too'),
        ]),
      ].join('\n'),
    );
    expect(result).toMatchObject({ lines: 12, created: 2, refused: 10 });
    expect(await faultsOf(result)).toEqual([
      '2,"","is no JSON"',
      '3,"","must be an object"',
      expect.stringContaining('5,"/slug",'),
      '6,"/attributes","material is required"',
      '7,"/productTypeId","is no product type"',
      '8,"/categoryIds/0","is no category"',
      '9,"/variants/0/sku","belongs to another product"',
      '10,"/variants/0/options","xl is no value of size"',
      '11,"/variants/0/prices/1","is valid at the time of another one"',
      '12,"/slug","stands in line 1 already"',
    ]);
  });

  test('that is only tried tells the same and leaves nothing', async () => {
    const file = jsonLines([line('tried'), line('tried-wrong', { attributes: [] })]);
    const tried = await done(file, undefined, '?dryRun=true');
    expect(tried).toMatchObject({ dryRun: true, lines: 2, created: 1, refused: 1 });
    expect(await faultsOf(tried)).toEqual(['2,"/attributes","material is required"']);
    expect(await versions(['tried'])).toEqual([]);
    expect(await done(file)).toMatchObject({ dryRun: false, created: 1, refused: 1 });
  });

  test('comes back from the export as it is', async () => {
    const exported = await text('/api/v1/product-export');
    const result = await done(exported);
    expect(result).toMatchObject({ lines: exported.trim().split('\n').length, changed: 0, created: 0, refused: 0 });
  });
});

describe('A CSV', () => {
  const header = 'slug,productTypeId,name,attributes,publishedFrom,sku,options,currency,amount\n';
  const attributes = `"[{""kind"":""choice"",""key"":""material"",""values"":[""wool""]}]"`;

  test('is products, a row for each price', async () => {
    const rows = [
      `csv,${typeId},A coat,${attributes},2026-01-01T00:00:00Z,COAT-S,size=s,EUR,100`,
      'csv,,,,,COAT-S,size=s,USD,120',
      'csv,,,,,COAT-M,size=m,EUR,110',
      `csv-two,${typeId},"Coat, blue",${attributes},,COAT-2,,EUR,1x`,
    ];
    const result = await done(header + rows.join('\r\n'), 'text/csv');
    expect(result).toMatchObject({ lines: 2, created: 1, refused: 1 });
    expect((await faultsOf(result))[0]).toContain('5,"/variants/0/prices/0/price/amount",');
    const [shown] = (await found('COAT-M')).items;
    const { body } = await shop.send<Schema<'Product'>>('GET', `/api/v1/products/${shown?.id}`);
    expect(body.options).toEqual([{ key: 'size', label: 'size', values: ['s', 'm'] }]);
    expect(new Map(body.variants.map(({ sku, prices }) => [sku, prices.length]))).toEqual(
      new Map([
        ['COAT-S', 2],
        ['COAT-M', 1],
      ]),
    );
  });

  test('comes back from the export as it is, where its form can say all', async () => {
    const rows = (await text('/api/v1/product-export?format=csv')).split('\r\n');
    const own = rows.filter((row, n) => n === 0 || row.startsWith('"csv"'));
    expect(await done(own.join('\n'), 'text/csv')).toMatchObject({ lines: 1, unchanged: 1, refused: 0 });
  });

  test('without a header is not read', async () => {
    const result = await done(`csv,${typeId},A coat\ncsv,${typeId},A coat`, 'text/csv');
    expect(result).toMatchObject({ lines: 1, created: 0, refused: 1 });
    expect(result.finishedAt).not.toBeNull();
  });
});

test.each<[string, string | Uint8Array, string]>([
  ['nothing', '\n \n', 'file-empty'],
  ['bytes that are no text', new Uint8Array([0x7b, 0xff, 0xfe]), 'file-not-text'],
  ['a line without end', `{"slug":"${'x'.repeat(1_100_000)}`, 'file-too-long'],
])('%s is refused, and nothing of it is kept', async (_what, body, code) => {
  const answer = await upload(body);
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([409, code]);
});

describe('The writing', () => {
  const signal = new AbortController().signal;
  const counts = async (id: string): Promise<Schema<'ProductImport'>> =>
    (await shop.send<Schema<'ProductImport'>>('GET', `/api/v1/product-imports/${id}`)).body;
  async function uploaded(prefix: string, count: number): Promise<string> {
    const answer = await upload(jsonLines(Array.from({ length: count }, (_, n) => line(`${prefix}-${n}`))));
    return ((await answer.json()) as { id: string }).id;
  }
  const go = (importId: string): Promise<void> =>
    importProducts({ worker: shop.portico.database, clock: systemClock }, { importId }, { signal });

  test('by two at once writes each line once', async () => {
    const id = await uploaded('race', 401);
    await Promise.all([go(id), go(id)]);
    expect(await counts(id)).toMatchObject({ created: 401, changed: 0, unchanged: 0, refused: 0 });
  });

  test('goes on where a killed process stopped, and neither loses nor doubles a line', async () => {
    const id = await uploaded('killed', 1_001);
    const script = path.join(import.meta.dirname, 'import-process.fixture.ts');
    for (const chunks of [1, 3]) {
      const arguments_ = ['--no-warnings', script, shop.portico.testDatabase.url, id];
      const worker = spawn(process.execPath, arguments_, { stdio: ['ignore', 'ignore', 'inherit'] });
      const ended = once(worker, 'exit');
      await until(async () => (await counts(id)).created >= chunks * 200);
      worker.kill('SIGKILL');
      await ended;
      const { created } = await counts(id);
      expect(await countOf('killed-%')).toBe(created);
    }
    await go(id);
    expect(await counts(id)).toMatchObject({ created: 1_001, changed: 0, unchanged: 0, refused: 0 });
    expect(await countOf('killed-%')).toBe(1_001);
  });
});

async function countOf(slugs: string): Promise<number> {
  const counted = statement<{ n: number }>('', 'select count(*) as n from catalog.products where slug like $1');
  return (await shop.portico.owner.query(counted, [slugs]))[0]?.n ?? 0;
}

function euros2(): Schema<'VariantPrice'> {
  return { ...euros(2), channel: 'store' };
}
