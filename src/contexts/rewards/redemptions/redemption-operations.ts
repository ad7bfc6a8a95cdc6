import { callerId } from '../../../contract/caller.ts';
import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { createRedemption } from './create-redemption.ts';
import { createReward } from './create-reward.ts';
import { getRedemption } from './get-redemption.ts';
import { getReward } from './get-reward.ts';
import { listRedemptions } from './list-redemptions.ts';
import { listRewards } from './list-rewards.ts';
import { listUserRedemptions } from './list-user-redemptions.ts';
import { refundRedemption } from './refund-redemption.ts';
import type { Redemption, Reward } from './reward.ts';
import { updateReward } from './update-reward.ts';
import type { UserRedemption } from './user-redemption-store.ts';

type RedemptionOperation =
  | 'listRewards'
  | 'createReward'
  | 'getReward'
  | 'updateReward'
  | 'listRedemptions'
  | 'listUserRedemptions'
  | 'createRedemption'
  | 'getRedemption'
  | 'refundRedemption';

/** What coins buy, and buying it. */
export function createRedemptionOperations(dependencies: RewardsDependencies): Handlers<RedemptionOperation> {
  const { clock } = dependencies;
  return {
    listRewards: async ({ query }) => {
      const { retired = false, limit, cursor } = query;
      const page = await listRewards(dependencies, { retired, limit, cursor });
      return reply('listRewards', { status: 200, body: { ...page, items: page.items.map(rewardBody) } });
    },
    createReward: async ({ body }, { tx, id, principal }) => {
      const command = { ...body, id: id('reward'), createdBy: callerId(principal) };
      const reward = await createReward({ tx, clock }, command);
      return reply('createReward', {
        status: 201,
        headers: { Location: `/api/v1/rewards/${reward.id}`, ETag: etagOf(reward.version) },
        body: rewardBody(reward),
      });
    },
    getReward: async ({ path }) => {
      const reward = await getReward(dependencies, path);
      return reply('getReward', { status: 200, headers: { ETag: etagOf(reward.version) }, body: rewardBody(reward) });
    },
    updateReward: async ({ path, headers, body }, { tx, auditChanges }) => {
      const { name, description, cost, stock, retired } = body;
      const change = { ...path, ifMatch: headers['If-Match'], name, description, cost, stock, retired };
      const { before, after } = await updateReward(tx, change);
      auditChanges({
        cost: { from: before.cost, to: after.cost },
        stock: { from: before.stock, to: after.stock },
        retired: { from: before.retired, to: after.retired },
      });
      return reply('updateReward', { status: 200, headers: { ETag: etagOf(after.version) }, body: rewardBody(after) });
    },
    listRedemptions: async ({ query }, { principal }) => {
      const page = await listRedemptions(dependencies, { userId: principal.userId, ...query, cursor: query.cursor });
      return reply('listRedemptions', { status: 200, body: { ...page, items: page.items.map(redemptionBody) } });
    },
    listUserRedemptions: async ({ query }) => {
      const page = await listUserRedemptions(dependencies, { ...query, cursor: query.cursor });
      return reply('listUserRedemptions', {
        status: 200,
        body: { ...page, items: page.items.map(userRedemptionBody) },
      });
    },
    createRedemption: async ({ body }, { tx, id, principal }) => {
      const command = { ...body, id: id('redemption'), userId: principal.userId };
      const redemption = await createRedemption({ tx, clock }, command);
      return reply('createRedemption', {
        status: 201,
        headers: { Location: `/api/v1/redemptions/${redemption.id}` },
        body: redemptionBody(redemption),
      });
    },
    getRedemption: async ({ path }, { principal }) => {
      const redemption = await getRedemption(dependencies, { ...path, userId: principal.userId });
      return reply('getRedemption', { status: 200, body: redemptionBody(redemption) });
    },
    refundRedemption: async ({ path }, { tx, principal }) => {
      const redemption = await refundRedemption({ tx, clock }, { ...path, refundedBy: callerId(principal) });
      return reply('refundRedemption', { status: 200, body: redemptionBody(redemption) });
    },
  };
}

function rewardBody({ id, name, description, cost, stock, retired, createdAt }: Reward): Schema<'Reward'> {
  return { id, name, description, cost, stock, retired, createdAt: createdAt.toISOString() };
}

function redemptionBody({ id, rewardId, rewardName, coins, createdAt, refundedAt }: Redemption): Schema<'Redemption'> {
  return {
    ...{ id, rewardId, rewardName, coins, createdAt: createdAt.toISOString() },
    state: refundedAt === null ? 'redeemed' : 'refunded',
    ...(refundedAt === null ? {} : { refundedAt: refundedAt.toISOString() }),
  };
}

function userRedemptionBody({ userId, refundedBy, ...redemption }: UserRedemption): Schema<'UserRedemption'> {
  const { id, ...body } = redemptionBody({ ...redemption, userId });
  return { id, userId, ...body, ...(refundedBy === null ? {} : { refundedBy }) };
}
