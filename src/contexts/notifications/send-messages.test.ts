import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { statement } from '../../database/transaction.ts';
import { listDeadLetters } from '../../jobs/dead-letters.ts';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import { newId } from '../../shared/id.ts';
import { accept, createFakeSmsSender, createNotificationScene } from './notifications.fixture.ts';
import type { FakeSmsSender, NotificationScene } from './notifications.fixture.ts';
import { sendMessages } from './send-messages.ts';
import { createNotificationTasks } from './tasks.ts';
import { until } from '../../testing/until.ts';

const bulk = { channel: 'sms', name: 'bulk' } as const;
const marketing = { channel: 'sms', name: 'marketing' } as const;
const otp = { channel: 'sms', name: 'otp' } as const;
const forever = { signal: new AbortController().signal };
const refused: SendOutcome = { outcome: 'unavailable', code: 'connection-refused', detail: 'nobody listens' };
const lost: SendOutcome = { outcome: 'unknown', detail: 'no answer' };

const suppress = statement(
  'test.suppress',
  `insert into notifications.suppressions (id, channel, address, category, reason, created_at)
   values ($1, 'sms', $2, $3, 'answered STOP', now())`,
);

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

async function drain(...senders: FakeSmsSender[]): Promise<void> {
  for (const lane of [bulk, marketing]) await sendMessages(scene.dependencies({ senders }), lane, forever);
}

describe('sendMessages', () => {
  test('sends every due message once, through the provider, and knows its id', async () => {
    const sender = createFakeSmsSender();
    await scene.queue(Array.from({ length: 1234 }, () => ({})));
    await drain(sender);
    expect(new Set(sender.calls.map(({ to }) => to)).size).toBe(1234);
    expect(sender.calls).toHaveLength(1234);
    const messages = await scene.messages();
    expect(
      messages.every(({ state, attempts, provider }) => state === 'sent' && attempts === 1 && provider === 'fake'),
    ).toBe(true);
    expect(new Set(messages.map((message) => message.provider_message_id)).size).toBe(1234);
  });

  test('two drains at once send nothing twice', async () => {
    const sender = createFakeSmsSender(async (message) => {
      await new Promise(setImmediate);
      return accept(message);
    });
    await scene.queue(Array.from({ length: 2000 }, () => ({})));
    await Promise.all([drain(sender), drain(sender), drain(sender)]);
    expect(sender.calls).toHaveLength(2000);
    expect(new Set(sender.calls.map(({ to }) => to)).size).toBe(2000);
  });

  test('one poisonous recipient among 500 ends in the dead letters; the others are sent once', async () => {
    const poison = '+989350000000';
    const sender = createFakeSmsSender((message) =>
      message.to === poison
        ? { outcome: 'rejected', code: 'invalid-number', detail: 'no such number' }
        : accept(message),
    );
    await scene.queue([...Array.from({ length: 499 }, () => ({})), { address: poison }]);
    await drain(sender);
    expect(await scene.counts()).toMatchObject({ sent: 499, dead: 1 });
    expect(sender.calls).toHaveLength(500);
    const dead = (await scene.messages()).find(({ state }) => state === 'dead');
    const all = { task: 'resendMessage', reason: null, redriven: false, after: null, limit: 10 };
    expect(await listDeadLetters(scene.database, all)).toMatchObject([
      { ref: dead?.id, reason: 'invalid-number', payload: { messageId: dead?.id }, attempts: 1 },
    ]);
    await scene.queue([{}]);
    await drain(sender);
    expect(await scene.counts()).toMatchObject({ sent: 500, dead: 1 });
  });

  test('a sender that throws makes one unknown message, not a lost batch', async () => {
    const sender = createFakeSmsSender((message, call) => {
      if (call === 3) throw new Error('defect');
      return accept(message);
    });
    await scene.queue(Array.from({ length: 10 }, () => ({})));
    await drain(sender);
    expect(await scene.counts()).toMatchObject({ sent: 9, unknown: 1 });
  });

  test('an opt-out between queueing and sending suppresses: marketing by opt-out, everything by a block', async () => {
    const sender = createFakeSmsSender();
    const [optedOut, blocked] = ['+989360000001', '+989360000002'];
    await scene.queue([
      { dedupeKey: 'a', class: 'marketing', address: optedOut },
      { dedupeKey: 'b', class: 'transactional', address: optedOut },
      { dedupeKey: 'c', class: 'transactional', address: blocked },
    ]);
    await scene.test.owner.query(suppress, [newId(), optedOut, 'marketing']);
    await scene.test.owner.query(suppress, [newId(), blocked, 'all']);
    await drain(sender);
    expect(await scene.states()).toEqual({ a: 'suppressed', b: 'sent', c: 'suppressed' });
    expect(sender.calls.map(({ to }) => to)).toEqual([optedOut]);
  });

  test('no attempt starts after the deadline', async () => {
    const sender = createFakeSmsSender();
    const deadline = new Date(scene.clock.now().getTime() + 60_000);
    await scene.queue([{ class: 'otp', deadline }]);
    scene.clock.advance(60_000);
    await sendMessages(scene.dependencies({ senders: [sender] }), otp, forever);
    expect(sender.calls).toEqual([]);
    expect(await scene.messages()).toMatchObject([{ state: 'dead', reason: 'deadline', attempts: 0 }]);
  });

  test('what was not sent is tried again after a wait, and finally dead', async () => {
    const sender = createFakeSmsSender(() => refused);
    await scene.queue([{}]);
    await drain(sender);
    await drain(sender);
    expect(sender.calls).toHaveLength(1);
    scene.clock.advance(4_999);
    await drain(sender);
    expect(sender.calls).toHaveLength(1);
    for (let round = 0; round < 20; round += 1) {
      scene.clock.advance(3_600_000);
      await drain(sender);
    }
    expect(sender.calls).toHaveLength(8);
    expect(new Set(sender.calls.map(({ reference }) => reference)).size).toBe(8);
    expect(await scene.messages()).toMatchObject([{ state: 'dead', reason: 'connection-refused', attempts: 8 }]);
  });
});

describe('giving way', () => {
  test('bulk claims nothing while others need the database, one-time codes do not even ask', async () => {
    const sender = createFakeSmsSender();
    const pause = Promise.withResolvers<number>();
    let asked = 0;
    const dependencies = {
      ...scene.dependencies({ senders: [sender] }),
      pauseBulk: () => {
        asked += 1;
        return asked === 1 ? pause.promise : Promise.resolve(0);
      },
    };
    await scene.queue([{}, { class: 'otp' }]);
    const draining = sendMessages(dependencies, bulk, forever);
    await until(() => asked === 1);
    await sendMessages(dependencies, otp, forever);
    expect(asked).toBe(1);
    expect(await scene.counts()).toMatchObject({ queued: 1, sent: 1 });
    pause.resolve(1);
    await draining;
    expect(await scene.counts()).toMatchObject({ queued: 0, sent: 2 });
  });

  test('asks again after each pause, and sends a batch after the fifth', async () => {
    let asked = 0;
    const askedBefore: number[] = [];
    const sender = createFakeSmsSender((message) => {
      askedBefore.push(asked);
      return accept(message);
    });
    const dependencies = {
      ...scene.dependencies({ senders: [sender] }),
      pauseBulk: () => {
        asked += 1;
        return Promise.resolve(askedBefore.length === 0 ? 1 : 0);
      },
    };
    await scene.queue([{}]);
    await sendMessages(dependencies, bulk, forever);
    expect(askedBefore).toEqual([5]);
  });

  test('a shutdown ends the pause and leaves the messages to others', async () => {
    const sender = createFakeSmsSender();
    const stop = new AbortController();
    const dependencies = {
      ...scene.dependencies({ senders: [sender] }),
      pauseBulk: () => {
        setImmediate(() => stop.abort());
        return Promise.resolve(3_600_000);
      },
    };
    await scene.queue([{}]);
    await sendMessages(dependencies, bulk, { signal: stop.signal });
    expect(sender.calls).toHaveLength(0);
    expect(await scene.counts()).toMatchObject({ queued: 1, sent: 0 });
  });
});

describe('a slow answer', () => {
  test('holds back neither its batch nor what is queued while it is waited for', async () => {
    const slow = Promise.withResolvers<undefined>();
    const first = Promise.withResolvers<undefined>();
    const sender = createFakeSmsSender(async (message, call) => {
      if (call === 1) await slow.promise;
      if (call === 400) first.resolve(undefined);
      return accept(message);
    });
    const tasks = createNotificationTasks(scene.dependencies({ senders: [sender] }));
    const run = { attempt: 1, maxAttempts: 8, correlationId: newId(), ...forever };
    const job = (): Promise<void> | undefined =>
      tasks.find(({ name }) => name === 'sendMessages')?.task({ channel: 'sms' } as never, run);
    await scene.queue(Array.from({ length: 400 }, () => ({})));
    const draining = job();
    await first.promise;
    await scene.queue([{ dedupeKey: 'later' }]);
    // Somebody is inside: this job only knocks, and returns.
    await job();
    await until(async () => (await scene.states())['later'] === 'sent');
    expect(await scene.counts()).toMatchObject({ sending: 1 });
    slow.resolve(undefined);
    await draining;
    expect(await scene.counts()).toMatchObject({ sent: 401, sending: 0 });
  });
});

describe('a lost answer', () => {
  test('stays unknown at a provider that does not deduplicate', async () => {
    const sender = createFakeSmsSender(() => lost);
    const other = createFakeSmsSender(accept, { name: 'other' });
    await scene.queue([{}]);
    await drain(sender, other);
    scene.clock.advance(3_600_000);
    await drain(sender, other);
    expect([sender.calls.length, other.calls.length]).toEqual([1, 0]);
    expect(await scene.messages()).toMatchObject([{ state: 'unknown', next_attempt_at: null, settled_at: null }]);
  });

  test('is asked again under the same key at one that does: one message arrives', async () => {
    const sender = createFakeSmsSender((message, call) => (call < 3 ? lost : accept(message)), { deduplicates: true });
    await scene.queue([{}]);
    for (let round = 0; round < 3; round += 1) {
      await drain(sender);
      scene.clock.advance(60_000);
    }
    expect(sender.calls).toHaveLength(3);
    expect(new Set(sender.calls.map(({ reference }) => reference)).size).toBe(1);
    expect(sender.delivered()).toHaveLength(1);
    expect(await scene.messages()).toMatchObject([{ state: 'sent', attempts: 3 }]);
  });

  test('is never called dead: neither by the deadline, nor by an opt-out, nor because its provider is gone', async () => {
    const sender = createFakeSmsSender(() => lost, { deduplicates: true });
    const deadline = new Date(scene.clock.now().getTime() + 60_000);
    await scene.queue([
      { dedupeKey: 'deadline', deadline },
      { dedupeKey: 'opt-out', class: 'marketing', address: '+989370000001' },
      { dedupeKey: 'gone' },
    ]);
    await drain(sender);
    await scene.test.owner.query(suppress, [newId(), '+989370000001', 'marketing']);
    scene.clock.advance(120_000);
    const other = createFakeSmsSender(accept, { name: 'other' });
    await drain(other);
    expect(other.calls).toEqual([]);
    expect(await scene.states()).toEqual({ deadline: 'unknown', 'opt-out': 'unknown', gone: 'unknown' });
    expect((await scene.messages()).every((message) => message.next_attempt_at === null)).toBe(true);
  });
});

describe('failover', () => {
  test('a refused connection goes to the next provider at once, under a key of its own', async () => {
    const first = createFakeSmsSender(() => refused, { name: 'first' });
    const second = createFakeSmsSender(accept, { name: 'second' });
    await scene.queue([{}, {}, {}]);
    await drain(first, second);
    expect(await scene.counts()).toMatchObject({ sent: 3 });
    expect((await scene.messages()).every(({ provider, attempts }) => provider === 'second' && attempts === 2)).toBe(
      true,
    );
    const keys = [...first.calls, ...second.calls].map(({ reference }) => reference);
    expect(new Set(keys).size).toBe(6);
  });

  test('a bad number does not', async () => {
    const first = createFakeSmsSender(() => ({ outcome: 'rejected', code: 'invalid', detail: '' }), { name: 'first' });
    const second = createFakeSmsSender(accept, { name: 'second' });
    await scene.queue([{}]);
    await drain(first, second);
    expect(second.calls).toEqual([]);
    expect(await scene.counts()).toMatchObject({ dead: 1 });
  });

  test('Retry-After 300: the other provider takes over; the first is left alone for that long', async () => {
    const busy = createFakeSmsSender(() => ({ outcome: 'throttled', retryAfterSeconds: 300 }), { name: 'busy' });
    const other = createFakeSmsSender(accept, { name: 'other' });
    await scene.queue([{}]);
    await drain(busy, other);
    await scene.queue(Array.from({ length: 20 }, () => ({})));
    await drain(busy, other);
    expect([busy.calls.length, other.calls.length]).toEqual([1, 21]);
    expect(await scene.counts()).toMatchObject({ sent: 21 });
    expect((await scene.messages()).every(({ attempts }) => attempts === 1)).toBe(true);
  });

  test('Retry-After 300 with one provider: nothing leaves before, no attempt is used up', async () => {
    const busy = createFakeSmsSender(() => ({ outcome: 'throttled', retryAfterSeconds: 300 }));
    await scene.queue([{ dedupeKey: 'a' }]);
    const before = scene.clock.now().getTime();
    await drain(busy);
    await scene.queue([{ dedupeKey: 'b' }]);
    await drain(busy);
    expect(busy.calls).toHaveLength(1);
    const [a, b] = await scene.messages();
    expect(a).toMatchObject({ state: 'retry_wait', attempts: 0, reason: 'throttled' });
    expect(a?.next_attempt_at?.getTime()).toBe(before + 300_000);
    expect(b).toMatchObject({ state: 'queued', attempts: 0 });
  });

  test('an open circuit costs no attempt and holds nothing back from the next provider', async () => {
    const broken = createFakeSmsSender(accept, { name: 'broken', admits: () => 0 });
    const well = createFakeSmsSender(accept, { name: 'well' });
    await scene.queue([{}]);
    await drain(broken);
    expect(await scene.messages()).toMatchObject([{ state: 'queued', attempts: 0 }]);
    await drain(broken, well);
    expect(broken.calls).toEqual([]);
    expect(await scene.messages()).toMatchObject([{ state: 'sent', provider: 'well', attempts: 1 }]);
  });
});

describe('shutting down', () => {
  test('what has begun ends, the rest goes back, and a job for it waits', async () => {
    const stop = new AbortController();
    const sender = createFakeSmsSender((message, call) => {
      if (call === 100) stop.abort();
      return accept(message);
    });
    await scene.queue(Array.from({ length: 700 }, () => ({})));
    await sendMessages(scene.dependencies({ senders: [sender] }), bulk, stop);
    const counts = await scene.counts();
    expect(counts).toMatchObject({ claimed: 0, sending: 0 });
    expect(counts.sent + counts.queued).toBe(700);
    // A hundred in flight, and those whose attempts had been written for the places they would leave.
    expect(counts.sent).toBeGreaterThanOrEqual(100);
    expect(counts.sent).toBeLessThanOrEqual(200);
    await drain(sender);
    expect(await scene.counts()).toMatchObject({ sent: 700 });
    expect(sender.calls).toHaveLength(700);
  });
});
