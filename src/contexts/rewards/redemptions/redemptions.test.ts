import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { getWallet } from '../get-wallet.ts';
import { createRewardsFixture, fileOf, range, STAFF } from '../rewards.fixture.ts';
import type { RewardsFixture } from '../rewards.fixture.ts';
import { createRedemption } from './create-redemption.ts';
import { createReward } from './create-reward.ts';
import { getReward } from './get-reward.ts';
import { listUserRedemptions } from './list-user-redemptions.ts';
import { refundRedemption } from './refund-redemption.ts';
import type { Reward } from './reward.ts';
import { updateReward } from './update-reward.ts';
import type { RedemptionFilters } from './user-redemption-store.ts';

const COINS = 50;
let fixture: RewardsFixture;
let user: string;
let members = 0;

beforeAll(async () => {
  fixture = await createRewardsFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  [user = ''] = await rich(1);
});

/** People with 50 coins each. */
async function rich(count: number): Promise<string[]> {
  const from = members;
  members += count;
  const userIds = await fixture.createMembers(count, from);
  await fixture.credit(await fixture.createCampaign({ coins: COINS }), fileOf(range(from, members)));
  return userIds;
}

const offer = (reward: Partial<Reward> = {}) =>
  fixture.test.database.transaction((tx) =>
    createReward(
      { tx, clock: fixture.dependencies.clock },
      { ...{ id: newId(), name: 'Ticket', description: 'One.', cost: 1, stock: null, createdBy: STAFF }, ...reward },
    ),
  );
const redeem = (userId: string, { id: rewardId, cost }: Reward, coins = cost) =>
  fixture.test.database.transaction((tx) =>
    createRedemption({ tx, clock: fixture.dependencies.clock }, { id: newId(), userId, rewardId, coins }),
  );
const refund = (redemptionId: string) =>
  fixture.test.database.transaction((tx) =>
    refundRedemption({ tx, clock: fixture.dependencies.clock }, { redemptionId, refundedBy: STAFF }),
  );
const balance = async (userId: string) => (await getWallet(fixture.dependencies, userId)).balance;
const stockOf = async ({ id }: Reward) => (await getReward(fixture.dependencies, { rewardId: id })).stock;
const problem = (code: string) => expect.objectContaining({ code }) as unknown;
/** How many came through, and the codes of the refusals. */
function judge(outcomes: readonly PromiseSettledResult<unknown>[]): [number, string[]] {
  const codes = outcomes.flatMap((each) =>
    each.status === 'rejected' ? [(each.reason as { code: string }).code] : [],
  );
  return [outcomes.length - codes.length, [...new Set(codes)]];
}

describe('Redeeming', () => {
  it('lets exactly as many of 200 at once succeed as the wallet covers', async () => {
    const reward = await offer();
    const outcomes = await Promise.allSettled(range(0, 200).map(() => redeem(user, reward)));
    expect(judge(outcomes)).toEqual([COINS, ['insufficient-coins']]);
    expect(await balance(user)).toBe(0);
    const [all] = await fixture.sql<{ sum: number }>('select sum(balance) as sum from rewards.accounts');
    expect(all?.sum).toBe(0);
    expect(await fixture.differences()).toEqual([]);
  });

  it('sells exactly what is there, to people who come at once', async () => {
    const reward = await offer({ cost: 10, stock: 7 });
    const users = await rich(4);
    const outcomes = await Promise.allSettled(range(0, 20).map((n) => redeem(users[n % 4] ?? '', reward)));
    expect(judge(outcomes)).toEqual([7, ['reward-unavailable']]);
    expect(await stockOf(reward)).toBe(0);
    const left = await Promise.all(users.map(balance));
    expect(left.reduce((sum, coins) => sum + coins, 0)).toBe(4 * COINS - 70);
    expect(await fixture.differences()).toEqual([]);
  });

  it('sells at the cost that was shown, or not at all', async () => {
    const reward = await offer({ cost: 20 });
    await expect(redeem(user, reward, 19)).rejects.toEqual(problem('reward-price-changed'));
    await fixture.test.database.transaction((tx) =>
      updateReward(tx, {
        ...{ rewardId: reward.id, ifMatch: '*', name: undefined, description: undefined, stock: undefined },
        ...{ cost: 30, retired: undefined },
      }),
    );
    await expect(redeem(user, reward)).rejects.toEqual(problem('reward-price-changed'));
    expect(await balance(user)).toBe(COINS);
  });

  it('sells nothing that is not there, and nothing to who has no wallet', async () => {
    await expect(redeem(user, { ...(await offer()), id: newId() })).rejects.toEqual(problem('reward-unavailable'));
    await expect(redeem(newId(), await offer())).rejects.toEqual(problem('insufficient-coins'));
    await expect(redeem(user, await offer({ stock: 0 }))).rejects.toEqual(problem('reward-unavailable'));
    expect(await balance(user)).toBe(COINS);
  });
});

describe('Refunding', () => {
  it('gives coins and reward back once, however often at once', async () => {
    const reward = await offer({ cost: 30, stock: 1 });
    const { id } = await redeem(user, reward);
    expect([await balance(user), await stockOf(reward)]).toEqual([20, 0]);
    const outcomes = await Promise.allSettled(range(0, 20).map(() => refund(id)));
    expect(judge(outcomes)).toEqual([1, ['redemption-refunded']]);
    expect([await balance(user), await stockOf(reward)]).toEqual([COINS, 1]);
    await expect(refund(newId())).rejects.toEqual(problem('not-found'));
    expect(await fixture.differences()).toEqual([]);
  });

  it('and redeeming at once wait for each other and lose nothing', async () => {
    const reward = await offer({ cost: 5, stock: 5 });
    const first = await Promise.all(range(0, 5).map(() => redeem(user, reward)));
    const others = await rich(3);
    const outcomes = await Promise.allSettled([
      ...first.map(({ id }) => refund(id)),
      ...range(0, 12).map((n) => redeem(others[n % 3] ?? '', reward)),
    ]);
    const [done] = judge(outcomes);
    const stock = (await stockOf(reward)) ?? -1;
    expect(stock).toBe(5 - (done - 5));
    expect(await balance(user)).toBe(COINS);
    expect(await fixture.differences()).toEqual([]);
  });
});

describe('What everybody bought', () => {
  it('is found by user, reward, state and time, the newest first, page by page', async () => {
    const [other = ''] = await rich(1);
    const [ticket, mug] = [await offer(), await offer({ name: 'Mug' })];
    const bought = [];
    for (const [who, reward] of [
      [user, ticket],
      [other, ticket],
      [user, mug],
    ] as const) {
      fixture.wait(1);
      bought.push(await redeem(who, reward));
    }
    const [first, second, third] = bought.map(({ id }) => id);
    await refund(second ?? '');
    const find = async (filters: RedemptionFilters): Promise<string[]> => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await listUserRedemptions(fixture.dependencies, { ...filters, limit: 1, cursor });
        ids.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return ids;
    };
    const at = bought[2]?.createdAt.toISOString();
    expect(await find({ userId: user })).toEqual([third, first]);
    expect(await find({ rewardId: ticket.id })).toEqual([second, first]);
    expect(await find({ rewardId: ticket.id, state: 'refunded' })).toEqual([second]);
    expect(await find({ userId: user, rewardId: ticket.id, state: 'redeemed' })).toEqual([first]);
    expect(await find({ userId: user, since: at })).toEqual([third]);
    expect(await find({ userId: user, until: at })).toEqual([first]);
    expect(await find({ userId: newId() })).toEqual([]);
    const [refunded] = (
      await listUserRedemptions(fixture.dependencies, { state: 'refunded', userId: other, limit: 1, cursor: undefined })
    ).items;
    expect(refunded).toMatchObject({ id: second, userId: other, refundedBy: STAFF });
    const foreign = await listUserRedemptions(fixture.dependencies, { userId: user, limit: 1, cursor: undefined });
    const cursor = foreign.nextCursor ?? '';
    await expect(listUserRedemptions(fixture.dependencies, { userId: other, limit: 1, cursor })).rejects.toEqual(
      problem('invalid-cursor'),
    );
  });
});

describe('Reconciliation', () => {
  it('finds a redemption that was not paid', async () => {
    const { id } = await redeem(user, await offer({ cost: 3 }));
    await fixture.sql('update rewards.redemptions set coins = 4 where id = $1', [id]);
    expect(await fixture.differences()).toEqual([{ kind: 'redemption', id, expected: 4, actual: 3 }]);
    await fixture.sql('update rewards.redemptions set coins = 3 where id = $1', [id]);
  });
});
