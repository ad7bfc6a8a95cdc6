/** Something that coins buy. */
export interface Reward {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** In coins. */
  readonly cost: number;
  /** How many are left; null: there is always one more. */
  readonly stock: number | null;
  /** Not to be had any more. */
  readonly retired: boolean;
  /** Counts the changes, of its stock too; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
}

/** That somebody bought a reward; what it was then. */
export interface Redemption {
  readonly id: string;
  readonly userId: string;
  readonly rewardId: string;
  readonly rewardName: string;
  readonly coins: number;
  readonly createdAt: Date;
  /** When the coins were given back; null when they were not. */
  readonly refundedAt: Date | null;
}
