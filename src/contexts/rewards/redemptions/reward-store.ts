import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { Reward } from './reward.ts';

const columns = `id, name, description, cost, stock, retired, version, created_at as "createdAt"`;

const insertStatement = statement<Reward>(
  'rewards.insert_reward',
  `insert into rewards.rewards (id, name, description, cost, stock, created_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7) returning ${columns}`,
);

export interface NewReward extends Omit<Reward, 'retired' | 'version'> {
  readonly createdBy: string;
}

export async function insertReward(tx: Transaction, reward: NewReward): Promise<Reward> {
  const { id, name, description, cost, stock, createdBy, createdAt } = reward;
  const [row] = await tx.query(insertStatement, [id, name, description, cost, stock, createdBy, createdAt]);
  if (row === undefined) throw new Error('An insert gave no row.');
  return row;
}

const findStatement = statement<Reward>('rewards.find_reward', `select ${columns} from rewards.rewards where id = $1`);

export async function findReward(queryable: Queryable, id: string): Promise<Reward | undefined> {
  const [row] = await queryable.query(findStatement, [id]);
  return row;
}

const lockStatement = statement('rewards.lock_reward', 'select from rewards.rewards where id = $1 for no key update');

/** Reads a reward and holds it until the transaction ends. A statement of its own, which sees what the wait brought. */
export async function lockReward(tx: Transaction, id: string): Promise<Reward | undefined> {
  await tx.query(lockStatement, [id]);
  return findReward(tx, id);
}

const changeStatement = statement<Reward>(
  'rewards.change_reward',
  `update rewards.rewards set name = $2, description = $3, cost = $4, stock = $5, retired = $6, version = version + 1
   where id = $1 returning ${columns}`,
);

export async function changeReward(
  tx: Transaction,
  { id, name, description, cost, stock, retired }: Omit<Reward, 'version' | 'createdAt'>,
): Promise<Reward | undefined> {
  const [row] = await tx.query(changeStatement, [id, name, description, cost, stock, retired]);
  return row;
}

export interface RewardRow extends Reward {
  /** `created_at` as PostgreSQL writes it, for cursors. */
  readonly sortKey: string;
}

const listStatement = statement<RewardRow>(
  'rewards.list_rewards',
  `select ${columns}, created_at::text as "sortKey" from rewards.rewards
   where retired = $1 and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
   order by created_at desc, id desc limit $4`,
);

/** The newest first, strictly after `after`. */
export async function listRewardRows(
  queryable: Queryable,
  retired: boolean,
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<RewardRow[]> {
  return queryable.query(listStatement, [retired, after?.key ?? null, after?.id ?? null, limit]);
}

const takeStatement = statement<{ taken: boolean }>(
  'rewards.take_reward',
  `update rewards.rewards set stock = stock - 1, version = version + 1
   where id = $1 and not retired and cost = $2 and stock > 0 returning true as taken`,
);

/** Takes one of a limited reward at this cost. @returns false when it is gone, retired, or has another cost */
export async function takeFromStock(tx: Transaction, { id, cost }: Pick<Reward, 'id' | 'cost'>): Promise<boolean> {
  return (await tx.query(takeStatement, [id, cost])).length > 0;
}

const giveBackStatement = statement(
  'rewards.give_back_reward',
  'update rewards.rewards set stock = stock + 1, version = version + 1 where id = $1 and stock is not null',
);

/** Puts one back, where the reward is limited. */
export async function returnToStock(tx: Transaction, rewardId: string): Promise<void> {
  await tx.query(giveBackStatement, [rewardId]);
}
