import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { demoPhone } from '../../shared/demo-phone.ts';
import { newId } from '../../shared/id.ts';
import type { BonusCampaign } from './bonus-campaign.ts';
import { creditBonusChunk } from './credit-bonus-chunk.ts';
import { creditPendingGrants } from './credit-pending-grants.ts';
import { getWallet } from './get-wallet.ts';
import { recordVerifiedPhone } from './record-verified-phone.ts';
import { COINS, createRewardsFixture, fileOf, range } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';

let fixture: RewardsFixture;
let campaign: BonusCampaign;
const run = { signal: new AbortController().signal };

beforeAll(async () => {
  fixture = await createRewardsFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  campaign = await fixture.createCampaign();
});

let nextNumber = 0;
/** Numbers no other test uses. */
const numbers = (count: number): number[] => range(nextNumber, (nextNumber += count));
const verify = (userId: string, index: number, verifiedAt = '2026-11-21T10:00:00.000001Z') =>
  recordVerifiedPhone(fixture.dependencies, { userId, phone: demoPhone(index), verifiedAt });
const balance = async (userId: string) => (await getWallet(fixture.dependencies, userId)).balance;

describe('A number without an account', () => {
  it('is credited and told once when its owner verifies it, however often that is said', async () => {
    const [index = 0] = numbers(1);
    const found = await fixture.credit(campaign, fileOf([index]));
    expect(found).toMatchObject({ status: 'finished', credited: 0, pending: 1 });
    const user = newId();
    await Promise.all([verify(user, index), verify(user, index), verify(user, index)]);
    await verify(user, index);
    expect(await balance(user)).toBe(COINS);
    expect(await fixture.find(found.id)).toMatchObject({ credited: 1, pending: 0 });
    expect(await fixture.messages(found.id)).toBe(1);
    expect(fixture.asked.at(-1)).toMatchObject({ userId: user, address: demoPhone(index) });
    expect(await fixture.differences()).toEqual([]);
  });

  it('is credited by the sweep when chunk and verification missed each other', async () => {
    const [index = 0] = numbers(1);
    const importId = await fixture.upload(campaign, fileOf([index]));
    const user = newId();
    // The chunk reads the members before the verification commits, and commits after it looked for pending grants.
    await fixture.test.connect().transaction(async (tx) => {
      const inside = { ...fixture.dependencies, worker: { ...fixture.dependencies.worker, transaction: asOne(tx) } };
      await creditBonusChunk(inside, importId);
      await verify(user, index);
    });
    expect(await balance(user)).toBe(0);
    expect(await fixture.find(importId)).toMatchObject({ pending: 1 });
    await creditPendingGrants(fixture.dependencies, run);
    expect(await balance(user)).toBe(COINS);
    expect(await fixture.find(importId)).toMatchObject({ pending: 0, credited: 1 });
  });

  it('is credited by event and sweep together only once', async () => {
    const indexes = numbers(50);
    await fixture.credit(campaign, fileOf(indexes));
    const users = indexes.map(() => newId());
    await Promise.all([
      ...users.map((user, n) => verify(user, indexes[n] ?? -1)),
      creditPendingGrants(fixture.dependencies, run),
      creditPendingGrants(fixture.dependencies, run),
    ]);
    for (const user of users) expect(await balance(user)).toBe(COINS);
    expect(await fixture.differences()).toEqual([]);
  });

  it('ends as a duplicate when its owner was paid under another number', async () => {
    const [old = 0, next = 0] = numbers(2);
    const user = newId();
    await verify(user, old);
    const found = await fixture.credit(campaign, fileOf([old, next]));
    expect(found).toMatchObject({ credited: 1, pending: 1 });
    await verify(user, next, '2026-11-21T10:00:01Z');
    expect(await balance(user)).toBe(COINS);
    expect(await fixture.find(found.id)).toMatchObject({ credited: 1, pending: 0, duplicate: 1 });
  });

  it('does not pay an owner again who changed numbers', async () => {
    const [old = 0, next = 0] = numbers(2);
    const user = newId();
    await verify(user, old);
    await fixture.credit(campaign, fileOf([old]));
    await verify(user, next, '2026-11-21T10:00:01Z');
    expect(await fixture.credit(campaign, fileOf([next]))).toMatchObject({ credited: 0, duplicate: 1 });
    expect(await balance(user)).toBe(COINS);
  });

  it('expires with the campaign and is counted apart', async () => {
    const indexes = numbers(3);
    const until = new Date(fixture.dependencies.clock.now().getTime() + 60_000);
    const closing = await fixture.createCampaign({ claimUntil: until });
    const found = await fixture.credit(closing, fileOf(indexes));
    const [first = 0, second = 0] = indexes;
    const [early, late] = [newId(), newId()];
    await verify(early, first);
    fixture.wait(60_000);
    await verify(late, second);
    expect([await balance(early), await balance(late)]).toEqual([COINS, 0]);
    await creditPendingGrants(fixture.dependencies, run);
    expect(await fixture.find(found.id)).toMatchObject({ status: 'finished', credited: 1, pending: 0, expired: 2 });
    await expect(fixture.upload(closing, fileOf([first]))).rejects.toMatchObject({ code: 'campaign-closed' });
  });

  it('forgets verifications once no chunk can have missed them', async () => {
    const [index = 0] = numbers(1);
    await verify(newId(), index);
    const remembered = () =>
      fixture.sql('select from rewards.recent_verifications where phone = $1', [demoPhone(index)]);
    await creditPendingGrants(fixture.dependencies, run);
    expect(await remembered()).toHaveLength(1);
    fixture.wait(11 * 60_000);
    await creditPendingGrants(fixture.dependencies, run);
    expect(await remembered()).toHaveLength(0);
  });
});

/** Runs what wants its own transaction inside this one. */
function asOne(tx: Parameters<Parameters<RewardsFixture['dependencies']['worker']['transaction']>[0]>[0]) {
  return <T>(work: (inner: typeof tx) => Promise<T>): Promise<T> => work(tx);
}
