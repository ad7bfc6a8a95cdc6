import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { cancelBonusImport } from './cancel-bonus-import.ts';
import { creditBonusChunk } from './credit-bonus-chunk.ts';
import { isCrediting } from './is-crediting.ts';
import { createRewardsFixture, fileOf, range } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';

let fixture: RewardsFixture;

beforeAll(async () => {
  fixture = await createRewardsFixture();
  await fixture.createMembers(2_500);
});
afterAll(() => fixture.close());

it('says so from the upload to the last chunk', async () => {
  const { dependencies } = fixture;
  expect(await isCrediting(dependencies)).toBe(false);
  const importId = await fixture.upload(await fixture.createCampaign(), fileOf(range(0, 2_500)));
  for (let chunk = 0; chunk < 3; chunk += 1) {
    expect(await isCrediting(dependencies)).toBe(true);
    await creditBonusChunk(dependencies, importId);
  }
  expect(await isCrediting(dependencies)).toBe(false);
});

it('forgets an import that is cancelled, or on which nobody has worked for a while', async () => {
  const { dependencies } = fixture;
  const importId = await fixture.upload(await fixture.createCampaign(), fileOf(range(0, 2_500)));
  fixture.wait(6_000);
  expect(await isCrediting(dependencies)).toBe(false);
  await creditBonusChunk(dependencies, importId);
  expect(await isCrediting(dependencies)).toBe(true);
  await dependencies.primary.transaction((tx) => cancelBonusImport({ tx, clock: dependencies.clock }, importId));
  expect(await isCrediting(dependencies)).toBe(false);
});
