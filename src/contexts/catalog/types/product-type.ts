export type AttributeKind = 'text' | 'number' | 'flag' | 'choice';

/** One attribute that products of a type have. */
export interface AttributeDefinition {
  readonly key: string;
  readonly kind: AttributeKind;
  readonly label: string;
  readonly required: boolean;
  /** Whether the search filters by it and counts its values; for choices and flags. */
  readonly facet: boolean;
  /** For choices, and there at least one. */
  readonly choices?: readonly string[];
}

export interface ProductType {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly attributes: readonly AttributeDefinition[];
  /** Counts the changes; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Products whose attributes do not fit their type any more. */
export interface Misfits {
  readonly count: number;
  /** The first of them, 20 at most. */
  readonly productIds: readonly string[];
}
