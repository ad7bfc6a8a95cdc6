import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SourceBroken } from '../../../ports/number-source.ts';
import type { NumberSource, OfferedFile, SourceAnswer } from '../../../ports/number-source.ts';
import { newId } from '../../../shared/id.ts';
import type { BonusCampaign } from '../bonus-campaign.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { bytesOf, createRewardsFixture, fileOf, range } from '../rewards.fixture.ts';
import type { RewardsFixture } from '../rewards.fixture.ts';
import { importBonusSource } from './import-bonus-source.ts';
import { importBonusSources } from './import-bonus-sources.ts';
import { listPolls, listSourceStates } from './source-store.ts';

const MINUTE = 60_000;
let fixture: RewardsFixture;
let campaign: BonusCampaign;
let name: string;
let answer: SourceAnswer;

beforeAll(async () => {
  fixture = await createRewardsFixture();
  await fixture.createMembers(100);
});
afterAll(() => fixture.close());
beforeEach(async () => {
  campaign = await fixture.createCampaign({ periodPolicy: 'once-per-window' });
  name = `source-${newId()}`;
  answer = { outcome: 'offered', files: [] };
});

const now = () => fixture.dependencies.clock.now();

/** A file that the source finished `age` milliseconds ago, or does not say when. */
function file(
  text: string,
  version: string,
  { name = 'numbers.csv', age = 0, whole = true }: { name?: string; age?: number | null; whole?: boolean } = {},
): OfferedFile {
  async function* content() {
    yield* bytesOf(text);
    if (!whole) throw new SourceBroken('broken-off', 'After some bytes.');
  }
  const modifiedAt = age === null ? undefined : new Date(now().getTime() - age);
  return { name, version, modifiedAt, content, release: () => undefined };
}

const offer = (...files: OfferedFile[]): void => void (answer = { outcome: 'offered', files });

/** Knows versions as real sources do. */
const source: NumberSource = {
  kind: 'folder',
  location: 'test',
  poll: (known) =>
    Promise.resolve(
      answer.outcome === 'unavailable'
        ? answer
        : { ...answer, files: answer.files.filter((offered) => known.get(offered.name) !== offered.version) },
    ),
};

const dependencies = () => ({ ...fixture.dependencies, sources: [{ name, campaignId: campaign.id, source }] });
/** Moves on with every look at it, so that records have an order. */
const tickingClock = {
  now: () => {
    fixture.wait(1);
    return now();
  },
};
const look = (given: RewardsDependencies = { ...dependencies(), clock: tickingClock }) =>
  importBonusSource(given, { taken: 0 }, { source: name }, { signal: new AbortController().signal });

/** The records since the source was made, the oldest first. */
async function records() {
  const polls = await listPolls(fixture.test.database, {
    source: name,
    outcome: undefined,
    after: undefined,
    limit: 100,
  });
  return polls.toReversed();
}
const outcomes = async () => (await records()).map(({ outcome }) => outcome);
const imports = async () =>
  (await fixture.sql<{ id: string }>('select id from rewards.bonus_imports where campaign_id = $1', [campaign.id]))
    .length;

describe('importBonusSource', () => {
  it('imports a file once, into the window in which it was finished', async () => {
    fixture.wait(5 * MINUTE);
    offer(file(fileOf(range(0, 10)), '1', { age: 3 * MINUTE }));
    const windowStart = new Date(Math.floor((now().getTime() - 3 * MINUTE) / 300_000) * 300_000);
    await look();
    await look();
    await fixture.runJobs();
    expect(await outcomes()).toEqual(['imported', 'unchanged']);
    const [taken] = await records();
    expect(taken).toMatchObject({ file: 'numbers.csv', reason: null, windowStart });
    expect(await fixture.find(taken?.importId ?? '')).toMatchObject({ status: 'finished', credited: 10, windowStart });
  });

  it('takes several files in their order, and the moment of the look where a source names none', async () => {
    offer(file(fileOf([1]), '1', { name: 'a' }), file(fileOf([2]), '1', { name: 'b', age: null }));
    await look();
    expect((await records()).map(({ file: taken, outcome }) => [taken, outcome])).toEqual([
      ['a', 'imported'],
      ['b', 'overlapping'],
    ]);
    expect(await imports()).toBe(2);
  });

  it('believes no time in the future', async () => {
    offer(file(fileOf([1]), '1', { age: -3_600_000 }));
    await look();
    expect(await outcomes()).toEqual(['imported']);
  });

  it('pays numbers of overlapping files once in their window, and again in the next', async () => {
    offer(file(fileOf([1, 2]), '1'));
    await look();
    offer(file(fileOf([2, 3]), '2'));
    await look();
    fixture.wait(5 * MINUTE);
    offer(file(fileOf([3, 4]), '3'));
    await look();
    await fixture.runJobs();
    expect(await outcomes()).toEqual(['imported', 'overlapping', 'imported']);
    const credited = (await records()).map(async ({ importId }) => (await fixture.find(importId ?? '')).credited);
    expect(await Promise.all(credited)).toEqual([2, 1, 2]);
  });

  it('imports a late file into its own window and says that it was late', async () => {
    offer(file(fileOf([1]), '1'));
    const finished = now();
    fixture.wait(60 * MINUTE);
    await look();
    expect(await records()).toMatchObject([{ outcome: 'late', file: 'numbers.csv' }]);
    expect((await records())[0]?.windowStart?.getTime()).toBe(Math.floor(finished.getTime() / 300_000) * 300_000);
  });

  it('imports no content twice under another version, in whatever window', async () => {
    const text = fileOf(range(0, 5));
    offer(file(text, '"a"', { age: null }));
    await look();
    offer(file(text, '"b"', { age: null }));
    await look();
    fixture.wait(30 * MINUTE);
    offer(file(text, '"c"', { age: null }));
    await look();
    await look();
    expect(await outcomes()).toEqual(['imported', 'duplicate', 'duplicate', 'unchanged']);
    expect(await imports()).toBe(1);
  });

  it('takes a file that somebody has uploaded for the same import, also when it comes again later', async () => {
    const text = fileOf([5]);
    const importId = await fixture.upload(campaign, text);
    offer(file(text, '1', { age: null }));
    await look();
    fixture.wait(5 * MINUTE);
    offer(file(text, '2', { age: null }));
    await look();
    expect(await records()).toMatchObject([{ outcome: 'duplicate', importId }, { outcome: 'duplicate' }]);
    expect(await imports()).toBe(1);
  });

  it.each([
    ['no text', 'a\u0000b\n', 'import-not-text'],
    ['nothing', '', 'import-empty'],
  ])('refuses %s once, until it changes', async (_, text, reason) => {
    offer(file(text, '1'));
    await look();
    await look();
    offer(file(fileOf([1]), '2'));
    await look();
    expect(await records()).toMatchObject([
      { outcome: 'refused', reason, file: 'numbers.csv' },
      { outcome: 'unchanged' },
      { outcome: 'imported' },
    ]);
  });

  it('refuses what its campaign does not take: before it began, after its end', async () => {
    offer(file(fileOf([1]), '1', { age: 86_400_000 }));
    await look();
    campaign = await fixture.createCampaign({ claimUntil: new Date(now().getTime() + MINUTE) });
    fixture.wait(2 * MINUTE);
    offer(file(fileOf([1]), '2'));
    await look();
    expect(await records()).toMatchObject([
      { outcome: 'refused', reason: 'window-not-open' },
      { outcome: 'refused', reason: 'campaign-closed' },
    ]);
  });

  it('imports nothing of a file that breaks off, takes the next one, and the whole file afterwards', async () => {
    offer(file(fileOf(range(0, 50)), '1', { whole: false }), file(fileOf([60]), '1', { name: 'other' }));
    await look();
    expect(await imports()).toBe(1);
    offer(file(fileOf(range(0, 50)), '1'));
    await look();
    expect(await records()).toMatchObject([
      { outcome: 'failed', reason: 'broken-off', file: 'numbers.csv', importId: null },
      { outcome: 'imported', file: 'other' },
      { outcome: 'overlapping', file: 'numbers.csv' },
    ]);
  });

  it('fails, and loses no file, while no campaign has the configured id', async () => {
    offer(file(fileOf([1]), '1'));
    await look({ ...dependencies(), clock: tickingClock, sources: [{ name, campaignId: newId(), source }] });
    await look();
    expect(await records()).toMatchObject([{ outcome: 'failed', reason: 'campaign-unknown' }, { outcome: 'imported' }]);
  });

  it('makes one import of one file, whichever of several looks at once is first', async () => {
    offer(file(fileOf(range(0, 20)), '1', { age: null }));
    let arrived = 0;
    const all = Promise.withResolvers<undefined>();
    const gathering: NumberSource = {
      ...source,
      async poll(known, signal) {
        arrived += 1;
        if (arrived === 4) all.resolve(undefined);
        await all.promise;
        return source.poll(known, signal);
      },
    };
    // Each look falls into another window: only the file itself can tell that it is the same.
    const looks = range(0, 4).map((n) => {
      const clock = { now: () => new Date(now().getTime() + n * 5 * MINUTE) };
      return look({ ...fixture.dependencies, clock, sources: [{ name, campaignId: campaign.id, source: gathering }] });
    });
    await Promise.all(looks);
    expect((await outcomes()).toSorted()).toEqual(['duplicate', 'duplicate', 'duplicate', 'imported']);
    expect(await imports()).toBe(1);
  });

  it('does nothing about a source that configuration has forgotten', async () => {
    await look({ ...dependencies(), sources: [] });
    expect(await records()).toEqual([]);
  });
});

describe('A source that fails', () => {
  const state = async () => (await listSourceStates(fixture.test.database, [name])).get(name);
  const enqueued = async () => {
    const asked: unknown[] = [];
    await importBonusSources({
      ...dependencies(),
      enqueue: (_tx, _job, payload) => Promise.resolve(void asked.push(payload)),
    });
    return asked;
  };

  it('is looked at less and less often, at most an hour apart, until it answers', async () => {
    answer = { outcome: 'unavailable', reason: 'busy', detail: 'It answered 503.' };
    const pauses: number[] = [];
    for (let failure = 0; failure < 6; failure += 1) {
      await look(dependencies());
      pauses.push(((await state())?.retryAt?.getTime() ?? 0) - now().getTime());
    }
    // Half a tick early: the tick that is meant finds it due.
    expect(pauses.map((pause) => pause / MINUTE)).toEqual([2.5, 7.5, 17.5, 37.5, 57.5, 57.5]);
    expect(await enqueued()).toEqual([]);
    fixture.wait(60 * MINUTE);
    expect(await enqueued()).toEqual([{ source: name }]);
    offer();
    await look();
    expect(await state()).toMatchObject({ failures: 0, retryAt: null });
    expect((await records()).at(-1)).toMatchObject({ outcome: 'unchanged' });
    expect((await records())[0]).toMatchObject({ outcome: 'failed', reason: 'busy', detail: 'It answered 503.' });
  });

  it('is left alone for as long as it asks', async () => {
    answer = { outcome: 'unavailable', reason: 'busy', detail: 'It answered 429.', retryAfterSeconds: 7_200 };
    await look(dependencies());
    expect((await state())?.retryAt?.getTime()).toBe(now().getTime() + 7_200_000);
  });
});
