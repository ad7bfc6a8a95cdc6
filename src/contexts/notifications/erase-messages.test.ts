import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '../../shared/id.ts';
import { killAfterEachStep } from '../../testing/dying-database.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import { eraseMessages, forgetOldMessages } from './erase-messages.ts';
import { accept, createFakeSmsSender, createNotificationScene } from './notifications.fixture.ts';
import type { NotificationScene } from './notifications.fixture.ts';
import { resendMessage } from './resend-message.ts';
import { sendMessages } from './send-messages.ts';

const bulk = { channel: 'sms', name: 'bulk' } as const;
const forever = { signal: new AbortController().signal };
const poison = '+989350000000';

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
beforeEach(async () => {
  await scene.reset();
});
afterAll(() => scene.close());

const addresses = async () => (await scene.messages()).map(({ address, body }) => [address, body]);
const sender = createFakeSmsSender((message) =>
  message.to === poison ? { outcome: 'rejected', code: 'invalid-number', detail: `no ${message.to}` } : accept(message),
);
const sendAll = () => sendMessages(scene.dependencies({ senders: [sender] }), bulk, forever);
const details = () =>
  scene.test.owner.query<{ detail: string | null }>({ name: '', text: 'select detail from notifications.attempts' });

test('forgets what one person was told, whatever dies, but not what is still on its way', async () => {
  const userId = newId();
  await scene.queue([
    { dedupeKey: 'a', address: poison, userId, text: 'a bad number' },
    { dedupeKey: 'b', address: '+989350000001', userId, text: 'hello' },
    { dedupeKey: 'c', address: '+989350000001', text: 'for somebody else' },
  ]);
  await sendAll();
  await scene.queue([{ dedupeKey: 'd', address: '+989350000001', userId, text: 'farewell' }]);
  const before = await scene.counts();
  const erase = (database: typeof scene.database) =>
    eraseMessages({ database, clock: scene.clock, enqueue }, { userId });
  const kills = await killAfterEachStep(scene.database, erase, async () => {
    await erase(scene.database);
    expect(await addresses()).toEqual([
      ['forgotten', ''],
      ['forgotten', ''],
      ['+989350000001', 'for somebody else'],
      ['+989350000001', 'farewell'],
    ]);
  });
  expect(kills).toBeGreaterThan(2);
  expect(await scene.counts()).toEqual(before);
  expect((await details()).map(({ detail }) => detail)).not.toContain(`no ${poison}`);

  await sendAll();
  await erase(scene.database);
  expect((await addresses()).at(-1)).toEqual(['forgotten', '']);
  expect(sender.delivered().map(({ text }) => text)).toContain('farewell');
});

test('sends nothing to a forgotten address', async () => {
  const userId = newId();
  await scene.queue([{ dedupeKey: 'dead', address: poison, userId }]);
  await sendAll();
  await eraseMessages({ database: scene.database, clock: scene.clock, enqueue }, { userId });
  const [message] = await scene.messages();
  await resendMessage({ database: scene.database, clock: scene.clock }, message?.id ?? '');
  expect(await scene.states()).toEqual({ dead: 'dead' });
});

test('forgets texts after their time, and goes on where it stopped', async () => {
  const old = Array.from({ length: 1_200 }, (_, index) => ({ dedupeKey: `old-${1_000 + index}` }));
  await scene.queue(old);
  await sendAll();
  scene.clock.advance(30 * 86_400_000);
  await scene.queue([{ dedupeKey: 'young', text: 'hello' }]);
  const kills = await killAfterEachStep(
    scene.database,
    (database) => forgetOldMessages({ database, clock: scene.clock }, { days: 20, ...forever }),
    () => Promise.resolve(),
  );
  expect(kills).toBeGreaterThan(3);
  const kept = (await scene.messages()).filter(({ address }) => address !== 'forgotten');
  expect(kept.map(({ dedupe_key }) => dedupe_key)).toEqual(['young']);
});
