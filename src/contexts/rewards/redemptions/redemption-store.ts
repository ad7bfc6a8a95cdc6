import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { Redemption } from './reward.ts';

const columns = `id, user_id as "userId", reward_id as "rewardId", reward_name as "rewardName", coins,
  created_at as "createdAt", refunded_at as "refundedAt"`;

const insertStatement = statement(
  'rewards.insert_redemption',
  `insert into rewards.redemptions (id, user_id, reward_id, reward_name, coins, created_at) values ($1, $2, $3, $4, $5, $6)`,
);

export async function insertRedemption(tx: Transaction, redemption: Redemption): Promise<void> {
  const { id, userId, rewardId, rewardName, coins, createdAt } = redemption;
  await tx.query(insertStatement, [id, userId, rewardId, rewardName, coins, createdAt]);
}

const findStatement = statement<Redemption>(
  'rewards.find_redemption',
  `select ${columns} from rewards.redemptions where id = $1 and user_id = $2`,
);

/** A person's own redemption. */
export async function findRedemption(
  queryable: Queryable,
  { id, userId }: Pick<Redemption, 'id' | 'userId'>,
): Promise<Redemption | undefined> {
  const [row] = await queryable.query(findStatement, [id, userId]);
  return row;
}

export interface RedemptionRow extends Redemption {
  /** `created_at` as PostgreSQL writes it, for cursors. */
  readonly sortKey: string;
}

const listStatement = statement<RedemptionRow>(
  'rewards.list_redemptions',
  `select ${columns}, created_at::text as "sortKey" from rewards.redemptions
   where user_id = $1 and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
   order by created_at desc, id desc limit $4`,
);

/** A person's redemptions, the newest first, strictly after `after`. */
export async function listRedemptionRows(
  queryable: Queryable,
  userId: string,
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<RedemptionRow[]> {
  return queryable.query(listStatement, [userId, after?.key ?? null, after?.id ?? null, limit]);
}

const refundStatement = statement<Redemption>(
  'rewards.refund_redemption',
  `update rewards.redemptions set refunded_at = $2, refunded_by = $3 where id = $1 and refunded_at is null
   returning ${columns}`,
);

/** Marks it as refunded. @returns undefined when it is so already, or there is none */
export async function markRefunded(
  tx: Transaction,
  { id, at, by }: { readonly id: string; readonly at: Date; readonly by: string },
): Promise<Redemption | undefined> {
  const [row] = await tx.query(refundStatement, [id, at, by]);
  return row;
}

const existsStatement = statement<{ known: boolean }>(
  'rewards.is_redemption',
  'select true as known from rewards.redemptions where id = $1',
);

/** Whether anybody has such a redemption. */
export async function isRedemption(queryable: Queryable, id: string): Promise<boolean> {
  return (await queryable.query(existsStatement, [id])).length > 0;
}
