import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { hasBudget } from './budget-store.ts';
import { pauseBucket, readPauses, takeTokens } from './bucket-store.ts';
import { accept, createFakeSmsSender, createNotificationScene, unlimited } from './notifications.fixture.ts';
import type { NotificationScene } from './notifications.fixture.ts';
import type { SendingObserver } from './observer.ts';
import { silentObserver } from './observer.ts';
import { bucketOf } from './provider.ts';
import { sendMessages } from './send-messages.ts';

const bulk = { channel: 'sms', name: 'bulk' } as const;
const otp = { channel: 'sms', name: 'otp' } as const;
const forever = { signal: new AbortController().signal };

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

/** The largest number of these moments (in milliseconds) that any window of one second holds. */
function mostInOneSecond(moments: readonly number[]): number {
  const sorted = [...moments].sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, next = 0; first < sorted.length; first += 1) {
    while (next < sorted.length && (sorted[next] ?? 0) < (sorted[first] ?? 0) + 1000) next += 1;
    most = Math.max(most, next - first);
  }
  return most;
}

describe('the rate of a provider', () => {
  test('is split between codes and the rest, and never exceeded by capacity and refill together', () => {
    for (const allowed of [1, 5, 10, 15, 100, 1000, 33_333]) {
      const limits = { ...unlimited, perSecond: { fake: allowed } };
      for (const lane of [bulk, otp]) {
        const { capacity, perSecond } = bucketOf('fake', lane, limits);
        const share = allowed * (lane.name === 'otp' ? 0.2 : 0.8);
        expect(Math.floor(capacity + perSecond)).toBeLessThanOrEqual(Math.max(1, share));
      }
    }
  });

  test('holds with eight takers on connections of their own', async () => {
    const bucket = { key: 'eight', capacity: 10, perSecond: 90 };
    const database = scene.test.connect({ size: 8 });
    const taken: number[] = [];
    const until = performance.now() + 2500;
    const taker = async (): Promise<void> => {
      while (performance.now() < until) {
        const wait = await takeTokens(database, bucket, 1);
        if (wait === 0) taken.push(performance.now());
        else await sleep(wait);
      }
    };
    await Promise.all(Array.from({ length: 8 }, taker));
    // A token is counted when its answer arrives here: two that were granted a second apart may arrive a little closer.
    expect(mostInOneSecond(taken)).toBeLessThanOrEqual(102);
    expect(taken.length).toBeGreaterThan(180);
  });

  test('holds at the provider with two sender processes', async () => {
    const arrivals: number[] = [];
    const sender = createFakeSmsSender((message) => {
      arrivals.push(performance.now());
      return accept(message);
    });
    const limits = { perSecond: { fake: 125 } };
    await scene.queue(Array.from({ length: 250 }, () => ({})));
    const processes = [1, 2].map(() =>
      sendMessages(scene.dependencies({ senders: [sender], limits, database: scene.test.connect() }), bulk, forever),
    );
    await Promise.all(processes);
    expect(sender.calls).toHaveLength(250);
    // This lane's share is 100 a second. Tokens are taken in tens: one ten may arrive late, in the next window.
    expect(mostInOneSecond(arrivals)).toBeLessThanOrEqual(110);
  });

  test('a pause holds for everybody, and a shorter one does not end it', async () => {
    const bucket = { key: 'paused', capacity: 10, perSecond: 90 };
    await takeTokens(scene.database, bucket, 1);
    await pauseBucket(scene.database, 'paused', 300);
    await pauseBucket(scene.database, 'paused', 5);
    expect(await takeTokens(scene.database, bucket, 1)).toBeGreaterThan(290_000);
    expect((await readPauses(scene.database, ['paused', 'other'])).get('paused')).toBeGreaterThan(290_000);
  });
});

describe('the daily budget', () => {
  const limits = { ...unlimited, smsPerDay: 10, smsPerCountryPerDay: 6 };

  test('holds bulk back until tomorrow, refuses codes, per country and in total', async () => {
    const held: number[] = [];
    const observer: SendingObserver = { ...silentObserver, overBudget: ({ count }) => void held.push(count) };
    const sender = createFakeSmsSender();
    const dependencies = scene.dependencies({ senders: [sender], limits, observer });
    const two = { deadline: new Date(scene.clock.now().getTime() + 48 * 3_600_000) };
    await scene.queue(Array.from({ length: 8 }, () => two));
    await scene.queue(Array.from({ length: 8 }, (_, n) => ({ ...two, address: `+44740012345${n}` })));
    expect(await hasBudget(scene.database, '98', limits, scene.clock.now())).toBe(true);
    await sendMessages(dependencies, bulk, forever);

    const countries = sender.calls.map(({ to }) => to.slice(0, 3));
    expect(sender.calls).toHaveLength(10);
    expect(countries.filter((country) => country === '+98').length).toBeLessThanOrEqual(6);
    expect(held).toEqual([6]);
    expect(await scene.counts()).toMatchObject({ sent: 10, queued: 6 });
    expect(await hasBudget(scene.database, '98', limits, scene.clock.now())).toBe(false);

    await scene.queue([{ class: 'otp', dedupeKey: 'code' }]);
    await sendMessages(dependencies, otp, forever);
    const code = (await scene.messages()).find((message) => message.dedupe_key === 'code');
    expect(code).toMatchObject({ state: 'dead', reason: 'spending-limit' });

    scene.clock.advance(24 * 3_600_000);
    await sendMessages(dependencies, bulk, forever);
    expect(await scene.counts()).toMatchObject({ sent: 16, queued: 0 });
  });

  test('is paid once per message, however often it is tried', async () => {
    const sender = createFakeSmsSender((message, call) =>
      call < 4 ? { outcome: 'unavailable', code: 'down', detail: '' } : accept(message),
    );
    const dependencies = scene.dependencies({ senders: [sender], limits: { ...limits, smsPerDay: 1 } });
    await scene.queue([{}]);
    for (let round = 0; round < 4; round += 1) {
      await sendMessages(dependencies, bulk, forever);
      scene.clock.advance(90_000);
    }
    expect(await scene.messages()).toMatchObject([{ state: 'sent', attempts: 4 }]);
  });

  test('two claims at once never grant more than the day has', async () => {
    const sender = createFakeSmsSender();
    const many = { ...limits, smsPerDay: 30, smsPerCountryPerDay: 25 };
    await scene.queue(
      Array.from({ length: 200 }, (_, n) => ({ address: `+${n % 2 === 0 ? '98912' : '44740'}${1_000_000 + n}` })),
    );
    const slow = { ...many, perSecond: { fake: 1000 } };
    await Promise.all(
      Array.from({ length: 4 }, () =>
        sendMessages(scene.dependencies({ senders: [sender], limits: slow }), bulk, forever),
      ),
    );
    expect(sender.calls).toHaveLength(30);
  });
});
