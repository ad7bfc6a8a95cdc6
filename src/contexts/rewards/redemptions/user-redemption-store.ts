import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { Redemption } from './reward.ts';

/** A redemption as staff see it. */
export interface UserRedemption extends Redemption {
  /** Who gave the coins back; null when nobody did. */
  readonly refundedBy: string | null;
}

/** Conditions of a search; undefined is any. */
export interface RedemptionFilters {
  readonly userId?: string | undefined;
  readonly rewardId?: string | undefined;
  readonly state?: 'redeemed' | 'refunded' | undefined;
  /** RFC 3339; from this moment on. */
  readonly since?: string | undefined;
  /** RFC 3339; before this moment. */
  readonly until?: string | undefined;
}

const conditions: Readonly<Record<Exclude<keyof RedemptionFilters, 'state'>, string>> = {
  userId: 'user_id = $::uuid',
  rewardId: 'reward_id = $::uuid',
  since: 'created_at >= $::timestamptz',
  until: 'created_at < $::timestamptz',
};
const filterNames = ['userId', 'rewardId', 'since', 'until'] as const;
const states = { redeemed: 'refunded_at is null', refunded: 'refunded_at is not null' } as const;

interface UserRedemptionRow extends UserRedemption {
  /** `created_at` as PostgreSQL writes it, for cursors. */
  readonly sortKey: string;
}

/**
 * Redemptions that match every filter, the newest first, strictly after `after`. One statement per set of filters, so that
 * PostgreSQL plans each with the index that serves it.
 */
export function listUserRedemptionRows(
  queryable: Queryable,
  filters: RedemptionFilters,
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<UserRedemptionRow[]> {
  const used = filterNames.filter((name) => filters[name] !== undefined);
  const values: unknown[] = [limit, ...used.map((name) => filters[name])];
  const where = used.map((name, index) => conditions[name].replace('$', `$${index + 2}`));
  if (filters.state !== undefined) where.push(states[filters.state]);
  if (after !== undefined) {
    where.push(`(created_at, id) < ($${values.length + 1}::timestamptz, $${values.length + 2}::uuid)`);
    values.push(after.key, after.id);
  }
  const bits = filterNames.map((name) => (used.includes(name) ? 1 : 0)).join('');
  const kind = `${bits}_${filters.state ?? 'any'}_${after === undefined ? 'first' : 'next'}`;
  const listStatement = statement<UserRedemptionRow>(
    `rewards.list_user_redemptions_${kind}`,
    `select id, user_id as "userId", reward_id as "rewardId", reward_name as "rewardName", coins, created_at as "createdAt",
       refunded_at as "refundedAt", refunded_by as "refundedBy", created_at::text as "sortKey"
     from rewards.redemptions${where.length === 0 ? '' : ` where ${where.join(' and ')}`}
     order by created_at desc, id desc limit $1`,
  );
  return queryable.query(listStatement, values);
}
