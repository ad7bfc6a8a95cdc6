import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { killAfterEachStep } from '../../testing/dying-database.ts';
import { LEASE_MILLISECONDS, claimMessages } from './claim-messages.ts';
import { accept, createFakeSmsSender, createNotificationScene, providerIdOf } from './notifications.fixture.ts';
import type { FakeSmsSender, NotificationScene } from './notifications.fixture.ts';
import { queueMessages } from './queue-messages.ts';
import { recordReports } from './record-reports.ts';
import { recoverMessages } from './recover-messages.ts';
import { resendMessage } from './resend-message.ts';
import { sendMessages } from './send-messages.ts';
import { settleMessages } from './settle-messages.ts';

const bulk = { channel: 'sms', name: 'bulk' } as const;
const forever = { signal: new AbortController().signal };
const poison = '+989350000000';
const slow = '+989350000001';

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

/** A provider with one of everything: good numbers, a bad one, and one whose first answer is lost. */
function troubled(deduplicates: boolean): FakeSmsSender {
  const asked = new Set<string>();
  return createFakeSmsSender(
    (message) => {
      if (message.to === poison) return { outcome: 'rejected', code: 'invalid-number', detail: '' };
      if (message.to === slow && !asked.has(message.to)) {
        asked.add(message.to);
        return { outcome: 'unknown', detail: 'no answer' };
      }
      return accept(message);
    },
    { deduplicates },
  );
}

/** What the next process does: takes over once the leases have ended, and goes on until nothing is due. */
async function takeOver(sender: FakeSmsSender): Promise<void> {
  const dependencies = scene.dependencies({ senders: [sender] });
  for (let round = 0; round < 3; round += 1) {
    scene.clock.advance(LEASE_MILLISECONDS + 1);
    await recoverMessages(dependencies);
    await sendMessages(dependencies, bulk, forever);
  }
}

function recipients(sender: FakeSmsSender): string[] {
  return sender.delivered().map(({ to }) => to);
}

describe('a process killed after any step', () => {
  test('of sending: a provider that deduplicates gets every message exactly once', async () => {
    let sender = troubled(true);
    const kills = await killAfterEachStep(
      scene.database,
      async (database) => {
        await scene.reset();
        sender = troubled(true);
        await scene.queue([{ address: poison }, { address: slow }, {}, {}, {}]);
        await sendMessages(scene.dependencies({ senders: [sender], database }), bulk, forever);
      },
      async () => {
        await takeOver(sender);
        expect(await scene.counts()).toMatchObject({ sent: 4, dead: 1, queued: 0, claimed: 0, sending: 0, unknown: 0 });
        expect(new Set(recipients(sender)).size).toBe(4);
        expect(recipients(sender)).toHaveLength(4);
      },
    );
    expect(kills).toBeGreaterThan(12);
  });

  test('of sending: one that does not gets no message twice; what nobody knows is unknown', async () => {
    let sender = troubled(false);
    await killAfterEachStep(
      scene.database,
      async (database) => {
        await scene.reset();
        sender = troubled(false);
        await scene.queue([{ address: poison }, { address: slow }, {}, {}, {}]);
        await sendMessages(scene.dependencies({ senders: [sender], database }), bulk, forever);
      },
      async () => {
        await takeOver(sender);
        const { sent, unknown, dead, ...rest } = await scene.counts();
        expect(sent + unknown + dead).toBe(5);
        expect(Object.values(rest).every((count) => count === 0)).toBe(true);
        expect(new Set(recipients(sender)).size).toBe(recipients(sender).length);
        expect(recipients(sender).length).toBeLessThanOrEqual(sent + unknown);
        expect(recipients(sender).length).toBeGreaterThanOrEqual(sent);
      },
    );
  });

  test('of taking over what another left behind', async () => {
    let sender = troubled(true);
    await killAfterEachStep(
      scene.database,
      async (database) => {
        await scene.reset();
        await scene.queue([{}, {}]);
        await claimMessages(scene.dependencies({ senders: [] }), bulk, 1);
        const called = Promise.withResolvers<undefined>();
        const death = new AbortController();
        const silent = createFakeSmsSender(() => {
          death.abort();
          called.resolve(undefined);
          return new Promise(() => undefined);
        });
        void sendMessages(scene.dependencies({ senders: [silent] }), bulk, death);
        await called.promise;
        expect(await scene.counts()).toMatchObject({ claimed: 1, sending: 1 });

        sender = troubled(true);
        scene.clock.advance(LEASE_MILLISECONDS + 1);
        await recoverMessages(scene.dependencies({ senders: [sender], database }));
      },
      async () => {
        await takeOver(sender);
        expect(await scene.counts()).toMatchObject({ sent: 2 });
        expect(recipients(sender)).toHaveLength(2);
      },
    );
  });

  test('of recording reports: told again, all arrive', async () => {
    let references: string[] = [];
    const reports = () =>
      references.map((reference) => ({
        eventKey: reference,
        providerMessageId: providerIdOf(reference),
        state: 'delivered' as const,
        occurredAt: scene.clock.now(),
      }));
    await killAfterEachStep(
      scene.database,
      async (database) => {
        await scene.reset();
        const sender = createFakeSmsSender();
        await scene.queue(Array.from({ length: 150 }, () => ({})));
        await sendMessages(scene.dependencies({ senders: [sender] }), bulk, forever);
        references = sender.calls.map(({ reference }) => reference);
        await recordReports(scene.dependencies({ senders: [], database }), 'fake', reports());
      },
      async () => {
        await recordReports(scene.dependencies({ senders: [] }), 'fake', reports());
        expect(await scene.counts()).toMatchObject({ delivered: 150, sent: 0 });
      },
    );
  });

  test('of queueing: all or nothing', async () => {
    const requests = Array.from({ length: 600 }, (_, n) => ({
      dedupeKey: `k${n}`,
      channel: 'sms' as const,
      class: 'transactional' as const,
      address: '+989121234567',
      text: 'x',
    }));
    await killAfterEachStep(
      scene.database,
      async (database) => {
        await scene.reset();
        await database.transaction((tx) => queueMessages({ tx, clock: scene.clock }, requests));
      },
      async () => {
        expect([0, 600]).toContain((await scene.messages()).length);
        await scene.database.transaction((tx) => queueMessages({ tx, clock: scene.clock }, requests));
        expect(await scene.messages()).toHaveLength(600);
      },
    );
  });

  test('of settling and of resending: run again, each has happened once', async () => {
    let sender = createFakeSmsSender();
    let dead = '';
    await killAfterEachStep(
      scene.database,
      async (database) => {
        await scene.reset();
        sender = createFakeSmsSender((message, call) =>
          call === 1 ? { outcome: 'rejected', code: 'bad', detail: '' } : accept(message),
        );
        await scene.queue([{ dedupeKey: 'dead' }]);
        await sendMessages(scene.dependencies({ senders: [sender] }), bulk, forever);
        dead = (await scene.messages())[0]?.id ?? '';
        await resendMessage({ database, clock: scene.clock }, dead);
        await settleMessages({ database, clock: scene.clock });
      },
      async () => {
        await resendMessage(scene, dead);
        await takeOver(sender);
        await resendMessage(scene, dead);
        await takeOver(sender);
        expect(sender.calls).toHaveLength(2);
        scene.clock.advance(72 * 3_600_000);
        await settleMessages(scene);
        expect(await scene.states()).toEqual({ dead: 'expired' });
      },
    );
  });
});
