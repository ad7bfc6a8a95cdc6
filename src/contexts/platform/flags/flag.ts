/** One of the ways a flag can treat somebody. */
export interface FlagVariant {
  readonly name: string;
  /** Its part of those who take part, against the weights of the others; 0 for one that is never drawn. */
  readonly weight: number;
}

/** Whoever has one of these values gets this variant. */
export interface FlagRule {
  readonly attribute: string;
  readonly anyOf: readonly string[];
  readonly variant: string;
}

export interface Flag {
  readonly key: string;
  readonly description: string;
  /** False is the kill switch: everybody gets the default. */
  readonly enabled: boolean;
  readonly defaultVariant: string;
  readonly variants: readonly FlagVariant[];
  /** The first that fits decides. */
  readonly rules: readonly FlagRule[];
  /** How many of 10,000 take part in the draw. */
  readonly rollout: number;
  /** Whether to remember who was treated by which variant. */
  readonly recordsExposures: boolean;
  /** Counts the changes; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What people decide about a flag. */
export type FlagSettings = Omit<Flag, 'key' | 'version' | 'createdAt' | 'updatedAt'>;

/** Shares are counted in these. */
export const WHOLE = 10_000;
