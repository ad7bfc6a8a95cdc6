import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { demoPhone } from '../../shared/demo-phone.ts';
import { newId } from '../../shared/id.ts';
import { killAfterEachStep } from '../../testing/dying-database.ts';
import { deleteExpiredRewards } from './delete-expired-rewards.ts';
import { eraseMember } from './erase-member.ts';
import { getWallet } from './get-wallet.ts';
import { recordVerifiedPhone } from './record-verified-phone.ts';
import { COINS, createRewardsFixture, fileOf } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';

let fixture: RewardsFixture;
beforeAll(async () => {
  fixture = await createRewardsFixture();
});
afterAll(() => fixture.close());

const verify = (userId: string, phone: string, verifiedAt: string) =>
  recordVerifiedPhone(fixture.dependencies, { userId, phone, verifiedAt });
const ownerOf = async (phone: string) =>
  (await fixture.sql<{ user_id: string }>('select user_id from rewards.members where phone = $1', [phone]))[0]?.user_id;
const balance = async (userId: string) => (await getWallet(fixture.dependencies, userId)).balance;
const run = { signal: new AbortController().signal };

it('forgets the member whatever dies, keeps the coins summing, and pays the number once for ever', async () => {
  const [phone, first, second] = [demoPhone(1), newId(), newId()];
  await verify(first, phone, '2026-11-21T10:00:00Z');
  const campaign = await fixture.createCampaign();
  await fixture.credit(campaign, fileOf([1]));
  expect(await balance(first)).toBe(COINS);

  const kills = await killAfterEachStep(
    fixture.test.database,
    (worker) => eraseMember({ worker }, { userId: first }),
    async () => {
      await eraseMember({ worker: fixture.test.database }, { userId: first });
      expect(await ownerOf(phone)).toBeUndefined();
    },
  );
  expect(kills).toBeGreaterThan(2);

  await verify(second, phone, '2026-11-22T10:00:00Z');
  expect(await ownerOf(phone)).toBe(second);
  fixture.wait(400_000);
  const again = await fixture.credit(campaign, fileOf([1, 2]));
  expect(again).toMatchObject({ credited: 0, duplicate: 1 });
  expect([await balance(first), await balance(second)]).toEqual([COINS, 0]);
  expect(await fixture.differences()).toEqual([]);
});

it('lets no verification that is heard later bring the member back, nor an older owner', async () => {
  const [phone, older, erased] = [demoPhone(11), newId(), newId()];
  await verify(erased, phone, '2026-11-21T10:00:00Z');
  await eraseMember({ worker: fixture.test.database }, { userId: erased });
  await verify(erased, phone, '2026-11-21T11:00:00Z');
  await verify(older, phone, '2026-11-21T09:00:00Z');
  expect(await ownerOf(phone)).toBeUndefined();
});

it('forgets the number a week later, and refused lines after their time', async () => {
  const userId = newId();
  await verify(userId, demoPhone(21), '2026-11-21T10:00:00Z');
  await eraseMember({ worker: fixture.test.database }, { userId });
  const { id: importId } = await fixture.credit(await fixture.createCampaign(), 'phone\nno number\n09350000021\n');
  const left = async () => [
    (await fixture.sql('select 1 from rewards.former_members where user_id = $1', [userId])).length,
    (await fixture.sql('select 1 from rewards.bonus_rows where import_id = $1', [importId])).length,
  ];
  await deleteExpiredRewards(fixture.dependencies, run);
  expect(await left()).toEqual([1, 1]);
  await fixture.sql(`update rewards.erased_members set erased_at = erased_at - interval '8 days'`);
  fixture.wait(91 * 86_400_000);
  await deleteExpiredRewards(fixture.dependencies, run);
  expect(await left()).toEqual([0, 0]);
});
