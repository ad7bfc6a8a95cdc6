import type { Product, ProductContent } from '../products/product.ts';
import type { VariantContent } from '../products/variant.ts';

/** A product with its variants, as a line of a file tells it. */
export interface ImportedProduct extends ProductContent, Pick<Product, 'productTypeId'> {
  readonly variants: readonly VariantContent[];
}

/** Something wrong in a line. */
export interface LineFault {
  /** From 1. */
  readonly line: number;
  /** JSON Pointer into the line; empty for the line as a whole. */
  readonly pointer: string;
  readonly detail: string;
}

export interface ImportedLine {
  readonly line: number;
  readonly product: ImportedProduct;
}

/** What became of a file so far. */
export interface ProductImport {
  readonly id: string;
  readonly dryRun: boolean;
  /** Lines with something in them. */
  readonly lines: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Lines of which nothing was written. */
  readonly refused: number;
  readonly createdAt: Date;
  /** Null while lines wait. */
  readonly finishedAt: Date | null;
}

/** Products written in one transaction: some hundreds of milliseconds. */
export const CHUNK_LINES = 200;
export const MOST_LINES = 100_000;
/** Of one line, decompressed: a hundred variants with prices fit. */
export const LONGEST_LINE = 1_048_576;
/** Told of one line; who mends these finds the rest. */
export const MOST_FAULTS_OF_LINE = 10;
