export type TaxClass = 'standard' | 'reduced' | 'zero' | 'exempt';

export interface ProductText {
  /** BCP 47: `fa`, `pt-BR`. */
  readonly locale: string;
  readonly name: string;
  readonly description: string;
}

/** In what the variants of a product differ. */
export interface ProductOption {
  readonly key: string;
  readonly label: string;
  readonly values: readonly string[];
}

export interface Image {
  /** https. */
  readonly url: string;
  readonly alt: string;
}

/** A text, a number, a flag or the choices taken: what kind it is says the product's type. */
export type AttributeValue = string | number | boolean | readonly string[];

/** What callers write of a product. */
export interface ProductContent {
  readonly slug: string;
  /** At least one; the first is for whoever reads none of the other languages. */
  readonly translations: readonly ProductText[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Three at most. */
  readonly options: readonly ProductOption[];
  readonly categoryIds: readonly string[];
  readonly images: readonly Image[];
  readonly taxClass: TaxClass;
  /** Null: a draft. */
  readonly publishedFrom: Date | null;
  /** Not included; null: for ever. */
  readonly publishedUntil: Date | null;
}

export interface Product extends ProductContent {
  readonly id: string;
  readonly productTypeId: string;
  /** Counts the changes of the product and of its variants; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A product in a list. */
export interface ProductSummary extends Pick<
  Product,
  'id' | 'slug' | 'productTypeId' | 'publishedFrom' | 'publishedUntil' | 'createdAt' | 'updatedAt'
> {
  readonly name: string;
}

export type ProductState = 'draft' | 'scheduled' | 'published' | 'ended';

/** Read from time, so that no job can be late. Half-open: at `publishedUntil` it has ended. */
export function productState(
  { publishedFrom, publishedUntil }: Pick<Product, 'publishedFrom' | 'publishedUntil'>,
  now: Date,
): ProductState {
  if (publishedFrom === null) return 'draft';
  if (now < publishedFrom) return 'scheduled';
  return publishedUntil === null || now < publishedUntil ? 'published' : 'ended';
}
