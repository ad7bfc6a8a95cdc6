import { csvText } from '../../../shared/csv-text.ts';
import { moneyBody } from '../../../shared/money.ts';
import { attributeBody } from '../products/bodies.ts';
import type { VariantContent, VariantPrice } from '../products/variant.ts';
import { csvColumns, SEPARATOR } from './csv-columns.ts';
import type { CsvRow } from './csv-columns.ts';
import type { ImportedProduct, LineFault } from './product-import.ts';

/** What is wrong in a file, as CSV. */
export async function* faultRows(pages: AsyncIterable<readonly LineFault[]>): AsyncGenerator<string> {
  yield 'line,field,detail\r\n';
  for await (const page of pages) {
    yield page.map(({ line, pointer, detail }) => `${line},${csvText(pointer)},${csvText(detail)}\r\n`).join('');
  }
}

/** Products as lines of JSON, which an import takes as they are. */
export async function* jsonLines(products: AsyncIterable<ImportedProduct>): AsyncGenerator<string> {
  for await (const product of products) yield `${JSON.stringify(lineOf(product))}\n`;
}

function lineOf(product: ImportedProduct) {
  const { slug, productTypeId, translations, attributes, options, categoryIds, images, taxClass } = product;
  return {
    ...{ slug, productTypeId, translations, options, categoryIds, images, taxClass },
    attributes: Object.entries(attributes).map(attributeBody),
    publishedFrom: product.publishedFrom?.toISOString() ?? null,
    publishedUntil: product.publishedUntil?.toISOString() ?? null,
    variants: product.variants.map(({ sku, options: own, prices, imageUrl, lowStockAt }) => ({
      ...{ sku, imageUrl, lowStockAt },
      options: Object.entries(own).map(([key, value]) => ({ key, value })),
      prices: prices.map(({ channel, price, validFrom, validUntil }) => ({
        channel,
        price: moneyBody(price),
        validFrom: validFrom?.toISOString() ?? null,
        validUntil: validUntil?.toISOString() ?? null,
      })),
    })),
  };
}

/** Products as CSV: one row for each price of a variant, with the first of the texts and without times of prices. */
export async function* csvRows(products: AsyncIterable<ImportedProduct>): AsyncGenerator<string> {
  yield `${csvColumns.join(',')}\r\n`;
  for await (const product of products) yield rowsOf(product).map(rowText).join('');
}

const nothing = Object.fromEntries(csvColumns.map((column) => [column, ''])) as CsvRow;

function rowsOf(product: ImportedProduct): CsvRow[] {
  const [text] = product.translations;
  const own: CsvRow = {
    ...nothing,
    slug: product.slug,
    productTypeId: product.productTypeId,
    locale: text?.locale ?? '',
    name: text?.name ?? '',
    description: text?.description ?? '',
    attributes: JSON.stringify(Object.entries(product.attributes).map(attributeBody)),
    taxClass: product.taxClass,
    publishedFrom: product.publishedFrom?.toISOString() ?? '',
    publishedUntil: product.publishedUntil?.toISOString() ?? '',
    categoryIds: product.categoryIds.join(SEPARATOR),
    imageUrls: product.images.map(({ url }) => url).join(SEPARATOR),
  };
  if (product.variants.length === 0) return [own];
  // Read back, the values of options are in the order in which rows name them.
  const place = ({ options }: VariantContent): number =>
    product.options.reduce((sum, { key, values }) => sum * 1_000 + values.indexOf(options[key] ?? ''), 0);
  return product.variants
    .toSorted((a, b) => place(a) - place(b))
    .flatMap((variant) => variantRows(variant).map((row) => ({ ...own, ...row })));
}

function variantRows({ sku, options, lowStockAt, imageUrl, prices }: VariantContent): Partial<CsvRow>[] {
  const own: Partial<CsvRow> = {
    sku,
    options: Object.entries(options)
      .map(([key, value]) => `${key}=${value}`)
      .join(SEPARATOR),
    lowStockAt: lowStockAt === null ? '' : String(lowStockAt),
    variantImageUrl: imageUrl ?? '',
  };
  if (prices.length === 0) return [own];
  return prices.map(({ channel, price }: VariantPrice) => ({
    ...own,
    ...{ channel, currency: price.currency, amount: String(price.amount) },
  }));
}

function rowText(row: CsvRow): string {
  return `${csvColumns.map((column) => csvText(oneLine(row[column]))).join(',')}\r\n`;
}

/** A line is a record, for whoever reads files line by line. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}
