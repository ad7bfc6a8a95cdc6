import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { statement } from '../../database/transaction.ts';
import type { Database, Transaction } from '../../database/transaction.ts';
import type { DeliveryReport } from '../../ports/delivery-report.ts';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import { newId } from '../../shared/id.ts';
import { accept, createFakeSmsSender, createNotificationScene, providerIdOf } from './notifications.fixture.ts';
import type { FakeSmsSender, NotificationScene } from './notifications.fixture.ts';
import { recordReports } from './record-reports.ts';
import { recoverMessages } from './recover-messages.ts';
import { sendMessages } from './send-messages.ts';
import { settleMessages } from './settle-messages.ts';

const bulk = { channel: 'sms', name: 'bulk' } as const;
const forever = { signal: new AbortController().signal };
const HOUR = 3_600_000;

const readReports = statement<{ event_key: string; applied_at: Date | null; previous_state: string | null }>(
  'test.read_reports',
  'select event_key, applied_at, previous_state from notifications.reports order by event_key',
);
const learnId = statement(
  'test.learn_provider_id',
  `update notifications.attempts set outcome = 'accepted', finished_at = now(), provider_message_id = $1`,
);
const waitingLocks = statement(
  'test.waiting_locks',
  "select 1 from pg_locks where locktype = 'advisory' and not granted",
);
const forceEarly = statement(
  'test.force_early_report',
  `insert into notifications.reports (provider, event_key, provider_message_id, state, occurred_at, received_at)
   values ('fake', $1, $1, 'delivered', now(), now())`,
);

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

function report(reference: string, state: DeliveryReport['state'] = 'delivered'): DeliveryReport {
  const providerMessageId = providerIdOf(reference);
  return { eventKey: `${providerMessageId}:${state}`, providerMessageId, state, occurredAt: scene.clock.now() };
}

function record(...reports: DeliveryReport[]): Promise<void> {
  return recordReports(scene.dependencies({ senders: [] }), 'fake', reports);
}

async function drain(sender: FakeSmsSender): Promise<void> {
  await sendMessages(scene.dependencies({ senders: [sender] }), bulk, forever);
}

async function sendOne(): Promise<string> {
  const sender = createFakeSmsSender();
  const dedupeKey = newId();
  await scene.queue([{ dedupeKey }]);
  await drain(sender);
  return sender.calls[0]?.reference ?? '';
}

/** Stops in the transaction that runs this statement, after all its work, until it may commit. */
function pausingBeforeCommit(
  database: Database,
  name: string,
  arrived: (nothing: undefined) => void,
  mayCommit: Promise<undefined>,
): Database {
  return {
    ...database,
    transaction: (work, options) =>
      database.transaction(async (tx) => {
        const ran = new Set<string>();
        const query: Transaction['query'] = (one, values) => {
          ran.add(one.name);
          return tx.query(one, values);
        };
        const result = await work(Object.assign(Object.create(tx) as Transaction, { query }));
        if (ran.has(name)) {
          arrived(undefined);
          await mayCommit;
        }
        return result;
      }, options),
  };
}

async function untilSomebodyWaits(): Promise<void> {
  while ((await scene.test.owner.query(waitingLocks)).length === 0) await new Promise(setImmediate);
}

describe('delivery reports', () => {
  test('before the send answer: delivered, and the provider id is filled in later', async () => {
    const sender = createFakeSmsSender(async (message) => {
      await record(report(message.reference));
      return accept(message);
    });
    await scene.queue([{}]);
    await drain(sender);
    const reference = sender.calls[0]?.reference ?? '';
    expect(await scene.messages()).toMatchObject([
      { state: 'delivered', provider_message_id: providerIdOf(reference) },
    ]);
    expect(await scene.test.owner.query(readReports)).toMatchObject([{ previous_state: 'sent' }]);
  });

  test('at the same instant as the send answer: none is overlooked', async () => {
    await scene.queue([{}]);
    const answered = Promise.withResolvers<undefined>();
    const commit = Promise.withResolvers<undefined>();
    const dependencies = scene.dependencies({
      senders: [createFakeSmsSender(() => accept({ reference: 'same' }))],
      database: pausingBeforeCommit(scene.database, 'notifications.step_messages', answered.resolve, commit.promise),
    });
    const sending = sendMessages(dependencies, bulk, forever);
    await answered.promise;
    // The answer is written but not committed: to the report the message is unknown, unless it waits for the commit.
    const reporting = record(report('same'));
    await Promise.race([reporting, untilSomebodyWaits()]);
    commit.resolve(undefined);
    await Promise.all([sending, reporting]);
    expect(await scene.counts()).toMatchObject({ delivered: 1 });
  });

  test('in any order, repeated, twenty at once: one row per event, the same final state', async () => {
    const failure = fc.constantFrom<DeliveryReport['state']>('undelivered', 'expired');
    const told = fc
      .record({ failure, delivered: fc.boolean(), failed: fc.boolean(), repeats: fc.integer({ min: 1, max: 6 }) })
      .chain(({ failure, delivered, failed, repeats }) => {
        const kinds: DeliveryReport['state'][] = ['sent'];
        if (failed) kinds.push(failure);
        if (delivered) kinds.push('delivered');
        const all = Array.from({ length: repeats }, () => kinds).flat();
        return fc.tuple(fc.constant(kinds), fc.shuffledSubarray(all, { minLength: all.length }));
      });
    await fc.assert(
      fc.asyncProperty(told, async ([kinds, order]) => {
        await scene.reset();
        const reference = await sendOne();
        await Promise.all(order.map((state) => record(report(reference, state))));
        const expected = kinds.includes('delivered') ? 'delivered' : kinds.at(-1);
        expect(await scene.messages()).toMatchObject([{ state: expected }]);
        const events = await scene.test.owner.query(readReports);
        expect(events).toHaveLength(kinds.length);
        expect(events.every((event) => event.applied_at !== null)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test('a send failure that comes after the report undoes nothing', async () => {
    const outcomes: SendOutcome[] = [
      { outcome: 'unavailable', code: 'down', detail: '' },
      { outcome: 'rejected', code: 'bad', detail: '' },
      { outcome: 'unknown', detail: '' },
    ];
    for (const outcome of outcomes) {
      await scene.reset();
      await scene.queue([{}]);
      const sender = createFakeSmsSender(
        async ({ reference }) => {
          // The provider's id became known in another way, such as an answer recorded by a process that lost its lease.
          await scene.test.owner.query(learnId, [providerIdOf(reference)]);
          await record(report(reference));
          return outcome;
        },
        { deduplicates: true },
      );
      await drain(sender);
      expect(await scene.messages()).toMatchObject([{ state: 'delivered' }]);
    }
  });

  test('of a message nobody knows waits, is applied once it is known, and is dropped after seven days', async () => {
    const reference = await sendOne();
    await scene.test.owner.query(forceEarly, [providerIdOf(reference)]);
    await record(report('of-nobody'));
    expect(await scene.counts()).toMatchObject({ sent: 1 });

    await recoverMessages(scene.dependencies({ senders: [createFakeSmsSender()] }));
    expect(await scene.counts()).toMatchObject({ delivered: 1 });
    scene.clock.advance(7 * 24 * HOUR + 1);
    await settleMessages(scene);
    const left = await scene.test.owner.query(readReports);
    expect(left).toMatchObject([{ event_key: providerIdOf(reference), previous_state: 'sent' }]);
  });

  test('that never come end in expired after 72 hours; a late truth corrects it and leaves its trail', async () => {
    const reference = await sendOne();
    scene.clock.advance(72 * HOUR - 1);
    await settleMessages(scene);
    expect(await scene.counts()).toMatchObject({ sent: 1 });
    scene.clock.advance(1);
    await settleMessages(scene);
    expect(await scene.messages()).toMatchObject([{ state: 'expired', reason: 'no-report' }]);
    await record(report(reference));
    expect(await scene.messages()).toMatchObject([{ state: 'delivered', reason: null }]);
    expect(await scene.counts()).toMatchObject({ expired: 0, delivered: 1 });
    expect(await scene.test.owner.query(readReports)).toMatchObject([{ previous_state: 'expired' }]);
  });

  test('settle an unknown message; without any, it is unknown for good after 72 hours', async () => {
    const sender = createFakeSmsSender(() => ({ outcome: 'unknown', detail: 'no answer' }));
    await scene.queue([{}]);
    await drain(sender);
    scene.clock.advance(72 * HOUR);
    await settleMessages(scene);
    const [message] = await scene.messages();
    expect(message).toMatchObject({ state: 'unknown', reason: 'no-report' });
    expect(message?.settled_at).toEqual(scene.clock.now());
  });
});

describe('counters', () => {
  const compare = statement<{ state: string; counted: number; found: number }>(
    'test.compare_counts',
    `select state, coalesce(c.n, 0) as counted, coalesce(m.n, 0) as found
     from (select state, sum(change)::bigint as n from notifications.message_counts group by state) c
     full join (select state, count(*) as n from notifications.messages group by state) m using (state)
     where coalesce(c.n, 0) <> coalesce(m.n, 0)`,
  );

  test('equal the rows by state at any moment, also while they are summed up', async () => {
    const sender = createFakeSmsSender(async (message, call) => {
      await new Promise(setImmediate);
      if (call % 7 === 0) return { outcome: 'unavailable', code: 'down', detail: '' };
      if (call % 11 === 0) return { outcome: 'rejected', code: 'bad', detail: '' };
      return accept(message);
    });
    const done = new AbortController();
    const monitor = (async () => {
      let looks = 0;
      for (; !done.signal.aborted; looks += 1) expect(await scene.test.owner.query(compare)).toEqual([]);
      return looks;
    })();
    const compacting = (async () => {
      while (!done.signal.aborted) await settleMessages(scene);
    })();
    const groupId = newId();
    await scene.queue(Array.from({ length: 1500 }, () => ({ groupId })));
    await Promise.all([drain(sender), drain(sender)]);
    await record(...sender.calls.slice(0, 500).map(({ reference }) => report(reference)));
    done.abort();
    await compacting;
    expect(await monitor).toBeGreaterThan(3);
    const counts = await scene.counts(groupId);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(1500);
  });
});
