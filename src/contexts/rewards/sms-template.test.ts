import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { demoPhone } from '../../shared/demo-phone.ts';
import { newId } from '../../shared/id.ts';
import type { SmsRecipient, SmsTemplate } from '../notifications/index.ts';
import { createBonusCampaign } from './create-bonus-campaign.ts';
import { creditBonusChunk } from './credit-bonus-chunk.ts';
import { recordVerifiedPhone } from './record-verified-phone.ts';
import { createRewardsFixture, fileOf, range } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';

const smsTemplate = { key: 'bonus.credited', version: 3 };
const whole: SmsTemplate = {
  ...smsTemplate,
  values: [
    { name: 'coins', type: 'integer', value: 50 },
    { name: 'campaign', type: 'string', value: 'Nowruz gift' },
  ],
};

let fixture: RewardsFixture;
beforeAll(async () => {
  fixture = await createRewardsFixture();
});
afterAll(() => fixture.close());

/** Rewards beside notifications that write down what they are asked about templates. */
function watched() {
  const tried: SmsTemplate[] = [];
  const queued: [SmsTemplate, readonly SmsRecipient[]][] = [];
  const notifications = {
    ...fixture.dependencies.notifications,
    requireSmsTemplate: (_queryable: unknown, template: SmsTemplate) => {
      tried.push(template);
      return Promise.resolve();
    },
    queueTemplatedSms: (_tx: unknown, template: SmsTemplate, recipients: readonly SmsRecipient[]) => {
      queued.push([template, recipients]);
      return Promise.resolve(recipients.length);
    },
  };
  return { tried, queued, dependencies: { ...fixture.dependencies, notifications } };
}

it('tells owners from the template of their campaign, a chunk at once, and who comes later alone', async () => {
  const { tried, queued, dependencies } = watched();
  await fixture.createMembers(2);
  const usual = await fixture.createCampaign();
  const campaign = await fixture.test.database.transaction((tx) =>
    createBonusCampaign({ ...dependencies, tx }, { ...usual, id: newId(), coins: 50, smsTemplate }),
  );
  expect(tried).toEqual([whole]);
  const importId = await fixture.upload(campaign, fileOf(range(0, 3)));
  expect(await creditBonusChunk(dependencies, importId)).toBe(true);
  const phones = (recipients: readonly SmsRecipient[] = []) => recipients.map(({ phone }) => phone).sort();
  expect([queued.length, queued[0]?.[0], phones(queued[0]?.[1])]).toEqual([1, whole, [demoPhone(0), demoPhone(1)]]);
  expect(queued[0]?.[1]).toEqual(
    queued[0]?.[1].map(({ phone, userId }) => ({
      ...{ phone, userId, groupId: importId },
      dedupeKey: expect.stringMatching(/^bonus:[0-9a-f-]{36}$/),
    })),
  );

  const verification = { userId: newId(), phone: demoPhone(2), verifiedAt: '2026-11-21T10:16:02Z' };
  await recordVerifiedPhone(dependencies, verification);
  expect([queued[1]?.[0], phones(queued[1]?.[1])]).toEqual([whole, [demoPhone(2)]]);
  expect([queued.length, fixture.asked]).toEqual([2, []]);
});

it('tells them in the words of the campaign where it has no template', async () => {
  const { tried, queued, dependencies } = watched();
  await fixture.createMembers(1, 10);
  const importId = await fixture.upload(await fixture.createCampaign(), fileOf(range(10, 11)));
  await creditBonusChunk(dependencies, importId);
  expect(fixture.asked).toMatchObject([{ address: demoPhone(10), groupId: importId }]);
  expect([tried, queued]).toEqual([[], []]);
});
