/** The columns of a file of products as CSV, in this order when we write it. One row for each price of a variant. */
export const csvColumns = [
  'slug',
  'productTypeId',
  'locale',
  'name',
  'description',
  'attributes',
  'taxClass',
  'publishedFrom',
  'publishedUntil',
  'categoryIds',
  'imageUrls',
  'sku',
  'options',
  'lowStockAt',
  'variantImageUrl',
  'channel',
  'currency',
  'amount',
] as const;

export type CsvRow = Readonly<Record<(typeof csvColumns)[number], string>>;

/** Between several values in one cell. */
export const SEPARATOR = '|';
