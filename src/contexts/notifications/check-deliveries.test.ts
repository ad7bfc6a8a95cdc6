import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { statement } from '../../database/transaction.ts';
import type { DeliveryLookup, LookupOutcome, MessageInDoubt } from '../../ports/delivery-lookup.ts';
import { checkDeliveries } from './check-deliveries.ts';
import { createFakeSmsSender, createNotificationScene, providerIdOf } from './notifications.fixture.ts';
import type { NotificationScene } from './notifications.fixture.ts';
import { silentObserver } from './observer.ts';
import { sendMessages } from './send-messages.ts';

const bulk = { channel: 'sms', name: 'bulk' } as const;
const forever = { signal: new AbortController().signal };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const readChecks = statement<{ checks: number }>(
  'test.read_checks',
  'select checks from notifications.delivery_checks',
);
const emptyChecks = statement('test.empty_checks', 'truncate notifications.delivery_checks');

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
beforeEach(async () => {
  await scene.reset();
  await scene.test.owner.query(emptyChecks);
});
afterAll(() => scene.close());

interface FakeLookup extends DeliveryLookup {
  readonly asked: (readonly MessageInDoubt[])[];
}

function createLookup(answer: (messages: readonly MessageInDoubt[]) => LookupOutcome, most = 500): FakeLookup {
  const asked: (readonly MessageInDoubt[])[] = [];
  return {
    name: 'fake',
    most,
    remembersMilliseconds: 48 * HOUR,
    asked,
    find: (messages) => {
      asked.push(messages);
      return Promise.resolve(answer(messages));
    },
  };
}

const nothing = (): LookupOutcome => ({ outcome: 'answered', reports: [] });
const delivered = (messages: readonly MessageInDoubt[]): LookupOutcome => ({
  outcome: 'answered',
  reports: messages.map(({ reference, providerMessageId }) => ({
    eventKey: `${reference}:10`,
    providerMessageId: providerMessageId ?? providerIdOf(reference),
    reference,
    state: 'delivered',
    occurredAt: scene.clock.now(),
  })),
});

async function drain(lookup: DeliveryLookup, sender = createFakeSmsSender()): Promise<void> {
  await sendMessages({ ...scene.dependencies({ senders: [sender] }), lookups: [lookup] }, bulk, forever);
}

function check(...lookups: readonly DeliveryLookup[]): Promise<void> {
  return checkDeliveries({ database: scene.database, clock: scene.clock, observer: silentObserver, lookups }, forever);
}

test('asks a minute after sending, in questions the vendor can take, and no more once it is told', async () => {
  const lookup = createLookup(delivered, 40);
  await scene.queue(Array.from({ length: 100 }, () => ({})));
  await drain(lookup);
  await check(lookup);
  expect(lookup.asked).toHaveLength(0);
  scene.clock.advance(MINUTE);
  await check(lookup);
  expect(lookup.asked.map(({ length }) => length)).toEqual([40, 40, 20]);
  expect(await scene.counts()).toMatchObject({ delivered: 100 });
  scene.clock.advance(HOUR);
  await check(lookup);
  expect(lookup.asked).toHaveLength(3);
  expect(await scene.test.owner.query(readChecks)).toEqual([]);
});

test('asks ever more rarely, ten times at most, and never about what the vendor has forgotten', async () => {
  const lookup = createLookup(nothing);
  await scene.queue([{}]);
  await drain(lookup);
  for (let minutes = 0; minutes < 72 * 60; minutes += 10) {
    scene.clock.advance(10 * MINUTE);
    await check(lookup);
  }
  expect(lookup.asked.length).toBeGreaterThan(5);
  expect(lookup.asked.length).toBeLessThanOrEqual(10);
  expect(await scene.test.owner.query(readChecks)).toEqual([]);
});

test('a message whose answer was lost is asked about by our reference, and learns its id', async () => {
  const lookup = createLookup(delivered);
  const sender = createFakeSmsSender(() => ({ outcome: 'unknown', detail: 'no answer' }));
  await scene.queue([{}]);
  await drain(lookup, sender);
  scene.clock.advance(MINUTE);
  await check(lookup);
  const reference = sender.calls[0]?.reference ?? '';
  expect(lookup.asked).toEqual([[{ reference, providerMessageId: null }]]);
  expect(await scene.messages()).toMatchObject([{ state: 'delivered', provider_message_id: providerIdOf(reference) }]);
});

test('a vendor that is not well is left alone until the next run; the others are asked', async () => {
  const ill = createLookup(() => ({ outcome: 'unavailable', code: 'ECONNREFUSED' }), 1);
  const well = { ...createLookup(nothing), name: 'other' };
  await scene.queue([{}, {}, {}]);
  await drain(ill);
  scene.clock.advance(MINUTE);
  await check(ill, well);
  expect(ill.asked).toHaveLength(1);
  const recovered = createLookup(delivered);
  await check(recovered);
  scene.clock.advance(HOUR);
  await check(recovered);
  expect(await scene.counts()).toMatchObject({ delivered: 3 });
});

test('two that run at once ask about each message once', async () => {
  const lookup = createLookup(nothing, 10);
  await scene.queue(Array.from({ length: 60 }, () => ({})));
  await drain(lookup);
  scene.clock.advance(MINUTE);
  await Promise.all([check(lookup), check(lookup), check(lookup)]);
  const asked = lookup.asked.flat().map(({ reference }) => reference);
  expect([asked.length, new Set(asked).size]).toEqual([60, 60]);
});

test('one that dies between asking and recording costs one look', async () => {
  await scene.queue([{}]);
  const dying: DeliveryLookup = { ...createLookup(nothing), find: () => Promise.reject(new Error('killed')) };
  await drain(dying);
  scene.clock.advance(MINUTE);
  await expect(check(dying)).rejects.toThrow('killed');
  const lookup = createLookup(delivered);
  scene.clock.advance(2 * MINUTE);
  await check(lookup);
  expect(await scene.counts()).toMatchObject({ delivered: 1 });
});
