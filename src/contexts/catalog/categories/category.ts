export interface LocalName {
  /** BCP 47: `fa`, `pt-BR`. */
  readonly locale: string;
  readonly name: string;
}

/** A place for products in the tree. */
export interface Category {
  readonly id: string;
  readonly slug: string;
  /** Null at the top. */
  readonly parentId: string | null;
  /** At least one; the first is for whoever reads none of the other languages. */
  readonly names: readonly LocalName[];
  /** Among its neighbours; the lowest first. */
  readonly position: number;
  /** Counts the changes; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
}

/** Levels of the tree. */
export const DEEPEST = 10;
