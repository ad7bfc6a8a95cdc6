import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { demoPhone } from '../../shared/demo-phone.ts';
import type { BonusCampaign } from './bonus-campaign.ts';
import { cancelBonusImport } from './cancel-bonus-import.ts';
import { creditBonusChunk } from './credit-bonus-chunk.ts';
import { creditBonusImport } from './credit-bonus-import.ts';
import { resumeBonusImport } from './resume-bonus-import.ts';
import { COINS, createRewardsFixture, fileOf, range, shuffled } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';

let fixture: RewardsFixture;
let campaign: BonusCampaign;
const notStopping = { signal: new AbortController().signal };

beforeAll(async () => {
  fixture = await createRewardsFixture();
  await fixture.createMembers(6_000);
});
afterAll(() => fixture.close());
beforeEach(async () => {
  campaign = await fixture.createCampaign();
});

/** Coins the campaign has moved into wallets. */
async function granted(of = campaign): Promise<number> {
  const [pool] = await fixture.sql<{ balance: number }>('select balance from rewards.accounts where id = $1', [of.id]);
  return 0 - (pool?.balance ?? Number.NaN);
}

const counts = ({ credited, pending, duplicate, malformed }: Awaited<ReturnType<RewardsFixture['find']>>) => ({
  credited,
  pending,
  duplicate,
  malformed,
});

describe('creditBonusImport', () => {
  it('credits each number once and tells its owner once', async () => {
    const found = await fixture.credit(campaign, `phone\n${fileOf(range(0, 2_500))}`);
    expect(found).toMatchObject({ status: 'finished', lines: 2_500, hasHeader: true });
    expect(counts(found)).toEqual({ credited: 2_500, pending: 0, duplicate: 0, malformed: 0 });
    expect(await granted()).toBe(2_500 * COINS);
    expect(await fixture.messages(found.id)).toBe(2_500);
    expect(fixture.asked.filter(({ groupId }) => groupId === found.id)[0]).toMatchObject({
      channel: 'sms',
      class: 'transactional',
      address: demoPhone(0),
      text: 'You got 7 coins from Nowruz gift.',
    });
    expect(await fixture.differences()).toEqual([]);
  });

  it('takes ten spellings of one number for one', async () => {
    const spellings = ['0912 000 0000', '09120000000', '9120000000', '00989120000000', '989120000000', '+989120000000'];
    const more = ['+98 (0) 912 0000000', '۰۹۱۲۰۰۰۰۰۰۰', '٠٩١٢٠٠٠٠٠٠٠', '="09120000000"'];
    const found = await fixture.credit(campaign, [...spellings, ...more].join('\n'));
    expect(counts(found)).toEqual({ credited: 1, pending: 0, duplicate: 9, malformed: 0 });
  });

  it('accounts for every line of a dirty file', async () => {
    const known = fc.nat(5_999).map((index) => ({ text: `0${demoPhone(index).slice(3)}`, phone: demoPhone(index) }));
    const unknown = fc
      .integer({ min: 6_000, max: 9_000 })
      .map((index) => ({ text: demoPhone(index), phone: demoPhone(index) }));
    const bad = fc.constantFrom('Sara', '9.89E+11', '02188776655').map((text) => ({ text, phone: null }));
    const lines = fc.array(fc.oneof(known, unknown, bad), { minLength: 1, maxLength: 1_500 });
    await fc.assert(
      fc.asyncProperty(lines, async (rows) => {
        const fresh = await fixture.createCampaign();
        const found = await fixture.credit(fresh, rows.map(({ text }) => text).join('\n'));
        const phones = new Set(rows.flatMap(({ phone }) => phone ?? []));
        const members = [...phones].filter((phone) => phone < demoPhone(6_000)).length;
        const malformed = rows.filter(({ phone }) => phone === null).length;
        expect(counts(found)).toEqual({
          credited: members,
          pending: phones.size - members,
          duplicate: rows.length - malformed - phones.size,
          malformed,
        });
        expect(found.lines).toBe(rows.length);
        expect(await granted(fresh)).toBe(members * COINS);
      }),
      { numRuns: 15 },
    );
    expect(await fixture.differences()).toEqual([]);
  });

  it('finishes a file without a single number at once', async () => {
    const importId = await fixture.upload(campaign, 'Sara\n02188776655\n');
    expect(await fixture.find(importId)).toMatchObject({ status: 'finished', lines: 2, malformed: 2 });
  });

  it('credits two overlapping files, two workers each, without a deadlock', async () => {
    const first = await fixture.upload(campaign, fileOf(shuffled(range(0, 4_000), 1)));
    const second = await fixture.upload(campaign, fileOf(shuffled(range(2_000, 6_000), 2)));
    const before = await deadlocks();
    await Promise.all(
      [first, first, second, second].map((importId) =>
        creditBonusImport(fixture.dependencies, { importId }, notStopping),
      ),
    );
    expect(await deadlocks()).toBe(before);
    const [one, two] = [await fixture.find(first), await fixture.find(second)];
    expect([one.status, two.status]).toEqual(['finished', 'finished']);
    expect(one.credited + two.credited).toBe(6_000);
    expect(one.duplicate + two.duplicate).toBe(2_000);
    expect(await granted()).toBe(6_000 * COINS);
    expect(await fixture.differences()).toEqual([]);
  });

  it('credits the same file uploaded twice, once shuffled, once each', async () => {
    const numbers = range(0, 3_000);
    const first = await fixture.upload(campaign, fileOf(numbers));
    const second = await fixture.upload(campaign, fileOf(shuffled(numbers, 3)));
    expect(second).not.toBe(first);
    await Promise.all(
      [first, second].map((id) => creditBonusImport(fixture.dependencies, { importId: id }, notStopping)),
    );
    const [one, two] = [await fixture.find(first), await fixture.find(second)];
    expect(one.credited + two.credited).toBe(3_000);
    expect(one.duplicate + two.duplicate).toBe(3_000);
    expect(await granted()).toBe(3_000 * COINS);
  });

  it('has exactly one worker finish, however many there are', async () => {
    for (let round = 0; round < 5; round += 1) {
      const fresh = await fixture.createCampaign();
      const importId = await fixture.upload(fresh, fileOf(range(0, 3_000)));
      await Promise.all([1, 2, 3].map(() => creditBonusImport(fixture.dependencies, { importId }, notStopping)));
      expect(await fixture.find(importId)).toMatchObject({ status: 'finished', credited: 3_000 });
    }
  });

  it('changes nothing when it runs again', async () => {
    const found = await fixture.credit(campaign, fileOf(range(0, 1_200)));
    await creditBonusImport(fixture.dependencies, { importId: found.id }, notStopping);
    expect(await fixture.find(found.id)).toEqual(found);
    expect(await granted()).toBe(1_200 * COINS);
  });

  it('stops between two chunks when the process shuts down', async () => {
    const importId = await fixture.upload(campaign, fileOf(range(0, 2_000)));
    const stopping = AbortSignal.abort();
    await expect(creditBonusImport(fixture.dependencies, { importId }, { signal: stopping })).rejects.toThrow();
    expect(await fixture.find(importId)).toMatchObject({ status: 'crediting', credited: 0 });
  });

  it('pays again in the next window only where the policy says so', async () => {
    const everyWindow = await fixture.createCampaign({ periodPolicy: 'once-per-window' });
    const file = fileOf(range(0, 100));
    expect(counts(await fixture.credit(campaign, file))).toMatchObject({ credited: 100 });
    expect(counts(await fixture.credit(everyWindow, file))).toMatchObject({ credited: 100 });
    fixture.wait(300_000);
    expect(counts(await fixture.credit(campaign, file))).toMatchObject({ credited: 0, duplicate: 100 });
    expect(counts(await fixture.credit(everyWindow, file))).toMatchObject({ credited: 100, duplicate: 0 });
    expect(await granted(everyWindow)).toBe(200 * COINS);
  });

  it('pays a file under the window it was uploaded into, however late it is credited', async () => {
    const everyWindow = await fixture.createCampaign({ periodPolicy: 'once-per-window' });
    const importId = await fixture.upload(everyWindow, fileOf(range(0, 1_500)));
    await creditBonusChunk(fixture.dependencies, importId);
    fixture.wait(300_000);
    await fixture.runJobs();
    const keys = await fixture.sql<{ count: number }>(
      'select count(distinct period_key) as count from rewards.bonus_grants where import_id = $1',
      [importId],
    );
    expect(keys).toEqual([{ count: 1 }]);
  });
});

describe('cancelBonusImport and resumeBonusImport', () => {
  const cancel = (importId: string) =>
    fixture.test.database.transaction((tx) => cancelBonusImport({ tx, clock: fixture.dependencies.clock }, importId));
  const resume = (importId: string) =>
    fixture.test.database.transaction((tx) => resumeBonusImport({ ...fixture.dependencies, tx }, importId));

  it('credits nothing more once cancelled, and the rest once resumed', async () => {
    const importId = await fixture.upload(campaign, fileOf(range(0, 3_000)));
    await creditBonusChunk(fixture.dependencies, importId);
    expect(await cancel(importId)).toMatchObject({ status: 'cancelled', credited: 1_000 });
    await fixture.runJobs();
    expect(await granted()).toBe(1_000 * COINS);
    expect(await cancel(importId)).toMatchObject({ status: 'cancelled', credited: 1_000 });

    expect(await resume(importId)).toMatchObject({ status: 'crediting' });
    await fixture.runJobs();
    expect(await fixture.find(importId)).toMatchObject({ status: 'finished', credited: 3_000 });
    expect(await granted()).toBe(3_000 * COINS);
  });

  it('waits for the chunk being credited, and counts it', async () => {
    const importId = await fixture.upload(campaign, fileOf(range(0, 3_000)));
    const [, cancelled] = await Promise.all([creditBonusChunk(fixture.dependencies, importId), cancel(importId)]);
    const after = await fixture.find(importId);
    await fixture.runJobs();
    expect(await fixture.find(importId)).toEqual(after);
    expect(after).toMatchObject({ status: 'cancelled' });
    expect(await granted()).toBe(after.credited * COINS);
    expect(after.credited).toBeGreaterThanOrEqual(cancelled.credited);
  });

  it('refuses what is finished and what does not exist', async () => {
    const found = await fixture.credit(campaign, fileOf(range(0, 10)));
    await expect(cancel(found.id)).rejects.toMatchObject({ code: 'import-finished', status: 409 });
    await expect(resume(found.id)).rejects.toMatchObject({ code: 'import-finished', status: 409 });
    await expect(cancel(campaign.id)).rejects.toMatchObject({ code: 'not-found' });
  });
});

async function deadlocks(): Promise<number> {
  const [row] = await fixture.sql<{ deadlocks: number }>(
    'select pg_stat_clear_snapshot(), deadlocks from pg_stat_database where datname = current_database()',
  );
  return row?.deadlocks ?? Number.NaN;
}
