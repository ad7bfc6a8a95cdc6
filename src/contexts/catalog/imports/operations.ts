import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import { createBodyJudge } from '../../../contract/validate-body.ts';
import type { FieldError } from '../../../shared/problem.ts';
import { Problem } from '../../../shared/problem.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { readAttributes, readMoment, readOptions, readPrices } from '../products/bodies.ts';
import type { VariantContent } from '../products/variant.ts';
import { createProductImport } from './create-product-import.ts';
import type { ReadLine, UploadSlot } from './create-product-import.ts';
import { exportProducts } from './export-products.ts';
import { exportProductImportFaults, getProductImport } from './get-product-import.ts';
import type { ImportedProduct, ProductImport } from './product-import.ts';
import { readCsv } from './read-csv.ts';
import type { Told } from './read-csv.ts';
import { readLines } from './read-lines.ts';
import type { TextLine } from './read-lines.ts';
import { csvRows, faultRows, jsonLines } from './write-lines.ts';

type ImportOperation = 'createProductImport' | 'getProductImport' | 'exportProductImportFaults' | 'exportProducts';

/** Files of products, in and out. */
export function createImportOperations(dependencies: CatalogDependencies): Handlers<ImportOperation> {
  const slot: UploadSlot = { taken: false };
  return {
    createProductImport: async ({ query, body, mediaType }) => {
      // Reading stops at a refusal, but the connection stays whole so that the sender can hear why.
      const lines = readLines(body.iterator({ destroyOnReturn: false }));
      const told = mediaType === 'text/csv' ? readCsv(lines) : readJson(lines);
      const created = await createProductImport(dependencies, slot, {
        lines: judged(told),
        dryRun: query.dryRun,
      });
      return reply('createProductImport', {
        status: 202,
        headers: { Location: `/api/v1/product-imports/${created.id}` },
        body: importBody(created),
      });
    },
    getProductImport: async ({ path }) =>
      reply('getProductImport', {
        status: 200,
        body: importBody(await getProductImport(dependencies, path.productImportId)),
      }),
    exportProductImportFaults: async ({ path }) =>
      reply('exportProductImportFaults', {
        status: 200,
        headers: { 'Content-Disposition': `attachment; filename="faults-${path.productImportId}.csv"` },
        body: faultRows(await exportProductImportFaults(dependencies, path.productImportId)),
      }),
    exportProducts: ({ query }) => {
      const products = exportProducts(dependencies);
      const headers = (ending: string) => ({ 'Content-Disposition': `attachment; filename="products.${ending}"` });
      return Promise.resolve(
        query.format === 'csv'
          ? reply('exportProducts', {
              ...{ status: 200, mediaType: 'text/csv', headers: headers('csv'), body: csvRows(products) },
            })
          : reply('exportProducts', {
              ...{
                status: 200,
                mediaType: 'application/x-ndjson',
                headers: headers('ndjson'),
                body: jsonLines(products),
              },
            }),
      );
    },
  };
}

async function* readJson(lines: AsyncIterable<TextLine>): AsyncGenerator<Told> {
  for await (const { line, text } of lines) {
    try {
      yield { line, json: JSON.parse(text) as unknown };
    } catch {
      yield { line, errors: [{ pointer: '', detail: 'is no JSON' }] };
    }
  }
}

const judgeProductBody = createBodyJudge('createProduct');
const judgeVariantBody = createBodyJudge('createVariant');

async function* judged(lines: AsyncIterable<Told>): AsyncGenerator<ReadLine> {
  for await (const told of lines) {
    yield 'errors' in told ? told : { line: told.line, ...productOf(told.json) };
  }
}

/** A line is what `createProduct` takes, with `variants` that are what `createVariant` takes. */
function productOf(json: unknown): { readonly product: ImportedProduct } | { readonly errors: readonly FieldError[] } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { errors: [{ pointer: '', detail: 'must be an object' }] };
  }
  const { variants = [], ...own } = json as { readonly variants?: unknown };
  const product = judgeProductBody(own);
  if ('errors' in product) return product;
  if (!Array.isArray(variants)) return { errors: [{ pointer: '/variants', detail: 'must be an array' }] };
  const read: VariantContent[] = [];
  for (const [index, variant] of variants.entries()) {
    const found = judgeVariantBody(variant);
    if ('errors' in found) return { errors: inside(`/variants/${index}`, found.errors) };
    const { sku, options, prices, imageUrl = null, lowStockAt = null } = found.body;
    const given = readOrRefuse(() => readOptions(options));
    if ('errors' in given) return { errors: inside(`/variants/${index}`, given.errors) };
    read.push({ sku, imageUrl, lowStockAt, options: given.value, prices: readPrices(prices) });
  }
  const { attributes, publishedFrom = null, publishedUntil = null, ...rest } = product.body;
  const given = readOrRefuse(() => readAttributes(attributes));
  if ('errors' in given) return given;
  const { slug, productTypeId, translations, options, categoryIds, images, taxClass } = rest;
  return {
    product: {
      ...{ slug, productTypeId, translations, options, categoryIds, images, taxClass, variants: read },
      attributes: given.value,
      publishedFrom: readMoment(publishedFrom),
      publishedUntil: readMoment(publishedUntil),
    },
  };
}

function readOrRefuse<Value>(
  read: () => Value,
): { readonly value: Value } | { readonly errors: readonly FieldError[] } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof Problem) return { errors: error.errors };
    throw error;
  }
}

function inside(place: string, errors: readonly FieldError[]): readonly FieldError[] {
  return errors.map(({ pointer, detail }) => ({ pointer: `${place}${pointer}`, detail }));
}

function importBody({ id, dryRun, lines, created, changed, unchanged, refused, createdAt, finishedAt }: ProductImport) {
  return {
    ...{ id, dryRun, lines, created, changed, unchanged, refused },
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
