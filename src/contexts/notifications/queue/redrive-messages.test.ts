import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { statement } from '../../../database/transaction.ts';
import type { Database } from '../../../database/transaction.ts';
import { listDeadLetters } from '../../../jobs/dead-letters.ts';
import { newId } from '../../../shared/id.ts';
import { killAfterEachStep } from '../../../testing/dying-database.ts';
import { laneNames } from '../lane.ts';
import type { MessageRequest } from '../message.ts';
import { createFakeSmsSender, createNotificationScene } from '../notifications.fixture.ts';
import type { FakeSmsSender, NotificationScene } from '../notifications.fixture.ts';
import { sendMessages } from '../send-messages.ts';
import { anyDead, redriveMessage, redriveMessages } from './redrive-messages.ts';
import type { RedriveFilter } from './redrive-store.ts';

const signal = new AbortController().signal;

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

const refusing = () => createFakeSmsSender(() => ({ outcome: 'rejected', code: 'bad', detail: '' }));
const drain = async (sender: FakeSmsSender): Promise<void> => {
  for (const name of laneNames) {
    await sendMessages(scene.dependencies({ senders: [sender] }), { channel: 'sms', name }, { signal });
  }
};
/** Messages that a vendor refused for good. */
async function kill(...requests: Partial<MessageRequest>[]): Promise<void> {
  await scene.queue(requests);
  await drain(refusing());
}
const redrive = (filter: Partial<RedriveFilter> = {}, limit = 1_000, database: Database = scene.database) =>
  database.transaction((tx) =>
    redriveMessages({ tx, clock: scene.clock }, { filter: { ...anyDead, ...filter }, limit, by: newId() }),
  );
/** Open dead letters about messages that are there. */
async function letters(): Promise<number> {
  const ids = new Set((await scene.messages()).map(({ id }) => id));
  const page = { task: null, reason: null, redriven: false, after: null, limit: 1_000 };
  return (await listDeadLetters(scene.test.owner, page)).filter(({ ref }) => ids.has(ref)).length;
}

test('many operators at once send each dead message again once, and close its dead letter', async () => {
  await kill(...Array.from({ length: 60 }, () => ({})));
  expect(await letters()).toBe(60);
  const shares = await Promise.all(Array.from({ length: 8 }, () => redrive({}, 20)));
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(60);
  expect(await letters()).toBe(0);
  expect(await redrive()).toBe(0);

  const well = createFakeSmsSender();
  await drain(well);
  expect(new Set(well.calls.map(({ to }) => to)).size).toBe(60);
  expect(well.calls).toHaveLength(60);
  expect(await scene.counts()).toMatchObject({ dead: 0, sent: 60 });
});

test('takes those that match, the oldest first, and no more than asked', async () => {
  const groupId = newId();
  const died = scene.clock.now();
  // Ids of one millisecond are in no order.
  const [a, b, c] = [1, 2, 3].map((moment) => newId(died.getTime() + moment));
  await kill(
    { id: a, dedupeKey: 'a', groupId },
    { id: b, dedupeKey: 'b', class: 'marketing' },
    { id: c, dedupeKey: 'c', groupId },
  );
  const later = new Date(died.getTime() + 1);
  const nothing: Partial<RedriveFilter>[] = [
    { channel: 'email' },
    { provider: 'other' },
    { reason: 'ba' },
    { groupId: newId() },
    { from: later },
    { to: died },
    { ids: [newId()] },
  ];
  for (const filter of nothing) expect([filter, await redrive(filter)]).toEqual([filter, 0]);
  expect(await redrive({ class: 'marketing', from: died, to: later, provider: 'fake', reason: 'bad' })).toBe(1);
  expect(await scene.states()).toEqual({ a: 'dead', b: 'queued', c: 'dead' });
  expect(await redrive({ groupId, channel: 'sms' }, 1)).toBe(1);
  expect(await scene.states()).toEqual({ a: 'queued', b: 'queued', c: 'dead' });
});

test('leaves what must not be sent again, and says so about one', async () => {
  const deadline = new Date(scene.clock.now().getTime() + 60_000);
  await kill({ dedupeKey: 'code', class: 'otp', deadline }, { dedupeKey: 'forgotten' });
  await scene.queue([{ dedupeKey: 'sent' }]);
  await drain(createFakeSmsSender());
  scene.clock.advance(60_000);
  await scene.test.owner.query(
    statement('test.forget', `update notifications.messages set address = 'forgotten' where dedupe_key = 'forgotten'`),
  );
  expect(await redrive()).toBe(0);
  for (const { id, state } of await scene.messages()) {
    const one = scene.database.transaction((tx) =>
      redriveMessage({ tx, clock: scene.clock }, { messageId: id, by: newId() }),
    );
    await expect(one).rejects.toMatchObject({ code: 'message-not-redrivable' });
    expect(['dead', 'sent']).toContain(state);
  }
});

test('killed after any step, each message is sent again once', async () => {
  let sender = createFakeSmsSender();
  const kills = await killAfterEachStep(
    scene.database,
    async (database) => {
      await scene.reset();
      sender = createFakeSmsSender();
      await kill({}, {}, {});
      await redrive({}, 1_000, database);
    },
    async () => {
      await redrive();
      await drain(sender);
      expect(sender.calls).toHaveLength(3);
      expect([await letters(), await redrive()]).toEqual([0, 0]);
    },
  );
  expect(kills).toBeGreaterThan(2);
});
