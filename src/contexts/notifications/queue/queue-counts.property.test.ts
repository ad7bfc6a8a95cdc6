import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { statement } from '../../../database/transaction.ts';
import type { SendOutcome } from '../../../ports/send-outcome.ts';
import { newId } from '../../../shared/id.ts';
import { laneNames } from '../lane.ts';
import { accept, createFakeSmsSender, createNotificationScene, providerIdOf } from '../notifications.fixture.ts';
import type { NotificationScene } from '../notifications.fixture.ts';
import { cancelQueued } from '../queue-store.ts';
import { recordReports } from '../record-reports.ts';
import { sendMessages } from '../send-messages.ts';
import { settleMessages } from '../settle-messages.ts';
import { compactQueueCounts, sumQueue } from './queue-count-store.ts';
import { anyDead, redriveMessages } from './redrive-messages.ts';

const countRows = statement<{ channel: string }>(
  'test.count_rows',
  `select channel, class, provider, state, count(*) as count from notifications.messages
   group by channel, class, provider, state order by channel, class, coalesce(provider, ''), state`,
);

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

/** Counts and rows in one snapshot. */
function look(): Promise<unknown[]> {
  return scene.database.transaction(async (tx) => [await sumQueue(tx), await tx.query(countRows)], {
    readOnly: true,
    isolation: 'repeatable read',
  });
}

const acts = ['queue', 'send', 'fail', 'report', 'cancel', 'redrive', 'settle', 'compact'] as const;

/** What may happen to a queue, by name. */
function createActs(): Readonly<Record<(typeof acts)[number], () => Promise<unknown>>> {
  const groups: string[] = [];
  const references: string[] = [];
  const drain = (outcome: (message: { reference: string }) => SendOutcome): Promise<unknown> => {
    const sender = createFakeSmsSender((message) => {
      references.push(message.reference);
      return outcome(message);
    });
    const dependencies = scene.dependencies({ senders: [sender] });
    const signal = new AbortController().signal;
    return Promise.all([...laneNames.map((name) => sendMessages(dependencies, { channel: 'sms', name }, { signal }))]);
  };
  return {
    queue: () => {
      const groupId = newId();
      groups.push(groupId);
      return scene.queue([
        { groupId },
        { class: 'marketing' },
        { class: 'otp', groupId },
        { channel: 'email', address: 'sara@example.com', subject: 'Hi' },
      ]);
    },
    send: () => drain(accept),
    fail: () => drain(() => ({ outcome: 'rejected', code: 'bad', detail: '' })),
    report: () =>
      recordReports(
        scene.dependencies({ senders: [] }),
        'fake',
        references.map((reference) => ({
          eventKey: reference,
          providerMessageId: providerIdOf(reference),
          state: 'delivered' as const,
          occurredAt: scene.clock.now(),
        })),
      ),
    cancel: () => scene.database.transaction((tx) => cancelQueued(tx, groups.at(-1) ?? newId(), scene.clock.now())),
    redrive: () =>
      scene.database.transaction((tx) =>
        redriveMessages({ tx, clock: scene.clock }, { filter: anyDead, limit: 2, by: newId() }),
      ),
    settle: () => settleMessages(scene),
    compact: () => compactQueueCounts(scene.database),
  };
}

test('the counts equal the rows after every step of any history', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...acts), { maxLength: 12 }), async (history) => {
      await scene.reset();
      const run = createActs();
      for (const act of history) {
        await run[act]();
        const [counts, rows] = await look();
        expect(counts).toEqual(rows);
      }
    }),
    { numRuns: 15 },
  );
});

test('the counts equal the rows at any moment, while everything happens at once', async () => {
  const run = createActs();
  const end = new AbortController();
  const looks = (async () => {
    while (!end.signal.aborted) {
      const [counts, rows] = await look();
      expect(counts).toEqual(rows);
    }
  })();
  const all = async (): Promise<unknown> => Promise.all(acts.map((act) => run[act]()));
  try {
    for (let round = 0; round < 6; round += 1) await all();
  } finally {
    end.abort();
  }
  await looks;
  const [counts, rows] = await look();
  expect(counts).toEqual(rows);
  expect((rows as unknown[]).length).toBeGreaterThan(2);
});
