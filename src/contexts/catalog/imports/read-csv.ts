import { parse } from 'csv-parse/sync';
import type { FieldError } from '../../../shared/problem.ts';
import { csvColumns, SEPARATOR } from './csv-columns.ts';
import type { CsvRow } from './csv-columns.ts';
import type { TextLine } from './read-lines.ts';

/** A product as JSON lines would tell it, and where its first row stands; or why a row cannot be read. */
export type Told = { readonly line: number } & (
  { readonly json: unknown } | { readonly errors: readonly FieldError[] }
);

/**
 * The products of a CSV: a header with names of columns in any order, then a row for each price of a variant; the rows of one
 * product stand together, and its first one tells what the product is. A line is a record: no line ends inside of quotes.
 *
 * Without a header nothing else is read.
 */
export async function* readCsv(lines: AsyncIterable<TextLine>): AsyncGenerator<Told> {
  let header: readonly string[] | undefined;
  let first: { readonly line: number; readonly row: CsvRow } | undefined;
  let rows: CsvRow[] = [];
  for await (const { line, text } of lines) {
    const cells = cellsOf(text);
    if (header === undefined) {
      if (!isHeader(cells)) {
        yield {
          line,
          errors: [{ pointer: '', detail: `must name columns: slug and any of ${csvColumns.join(', ')}` }],
        };
        return;
      }
      header = cells;
      continue;
    }
    if (cells?.length !== header.length) {
      yield {
        line,
        errors: [{ pointer: '', detail: `has ${cells?.length ?? 'no'} cells, and the header ${header.length}` }],
      };
      continue;
    }
    const row = rowOf(header, cells);
    if (first !== undefined && row.slug !== first.row.slug) {
      yield productOf(first, rows);
      [first, rows] = [undefined, []];
    }
    first ??= { line, row };
    rows.push(row);
  }
  if (first !== undefined) yield productOf(first, rows);
}

function cellsOf(text: string): readonly string[] | undefined {
  try {
    const [cells] = parse(text, { relax_column_count: true, bom: true });
    return cells;
  } catch {
    // A quote that does not end.
    return undefined;
  }
}

function isHeader(cells: readonly string[] | undefined): cells is readonly string[] {
  return cells?.includes('slug') === true && cells.every((name) => csvColumns.some((column) => column === name));
}

function rowOf(header: readonly string[], cells: readonly string[]): CsvRow {
  const given = new Map(header.map((name, index) => [name, cells[index] ?? '']));
  return Object.fromEntries(csvColumns.map((name) => [name, given.get(name) ?? ''])) as CsvRow;
}

function productOf({ line, row }: { readonly line: number; readonly row: CsvRow }, rows: readonly CsvRow[]): Told {
  const attributes = attributesOf(row.attributes);
  if (attributes === undefined) return { line, errors: [{ pointer: '/attributes', detail: 'is no JSON' }] };
  const bySku = Map.groupBy(
    rows.filter(({ sku }) => sku !== ''),
    ({ sku }) => sku,
  );
  const variants = [...bySku].map(([sku, ofVariant]) => variantOf(sku, ofVariant));
  const values = Map.groupBy(
    variants.flatMap(({ options }) => options),
    ({ key }) => key,
  );
  return {
    line,
    json: {
      slug: row.slug,
      productTypeId: row.productTypeId,
      translations: [{ locale: row.locale || 'en', name: row.name, description: row.description }],
      attributes,
      options: [...values].map(([key, given]) => ({
        key,
        label: key,
        values: [...new Set(given.map(({ value }) => value))],
      })),
      categoryIds: listOf(row.categoryIds),
      images: listOf(row.imageUrls).map((url) => ({ url, alt: '' })),
      taxClass: row.taxClass || 'standard',
      publishedFrom: row.publishedFrom || null,
      publishedUntil: row.publishedUntil || null,
      variants,
    },
  };
}

function variantOf(sku: string, rows: readonly CsvRow[]) {
  const [first] = rows;
  const priced = rows.filter(({ amount }) => amount !== '');
  return {
    sku,
    options: listOf(first?.options ?? '').map((pair) => {
      const at = pair.indexOf('=');
      return { key: pair.slice(0, Math.max(at, 0)), value: pair.slice(at + 1) };
    }),
    imageUrl: first?.variantImageUrl || null,
    lowStockAt: first === undefined || first.lowStockAt === '' ? null : numberOf(first.lowStockAt),
    prices: priced.map(({ channel, currency, amount }) => ({
      channel: channel || 'web',
      price: { amount: numberOf(amount), currency },
      validFrom: null,
      validUntil: null,
    })),
  };
}

/** What is no whole number stays a text, which the contract refuses at its place. */
function numberOf(text: string): number | string {
  return /^-?\d{1,16}$/.test(text) ? Number(text) : text;
}

function attributesOf(text: string): unknown {
  if (text === '') return [];
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function listOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(SEPARATOR);
}
