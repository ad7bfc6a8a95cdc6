import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { statement } from '../../database/transaction.ts';
import { newId } from '../../shared/id.ts';
import { createNotificationScene } from './notifications.fixture.ts';
import type { NotificationScene } from './notifications.fixture.ts';
import { queueMessages } from './queue-messages.ts';
import { cancelQueued } from './queue-store.ts';

const jobs = statement<{ task: string; payload: { payload: object } }>(
  'test.read_jobs',
  `select t.identifier as task, j.payload from graphile_worker._private_jobs j
   join graphile_worker._private_tasks t on t.id = j.task_id order by j.id`,
);

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

async function tasks(): Promise<string[]> {
  return (await scene.test.owner.query(jobs)).map((row) => row.task);
}

describe('queueMessages', () => {
  test('stores a message once per key, also within one call and from two transactions at once', async () => {
    const [dedupeKey, other] = [newId(), newId()];
    expect(await scene.queue([{ dedupeKey }, { dedupeKey: other }])).toBe(2);
    expect(await scene.queue([{ dedupeKey }, { dedupeKey: newId() }])).toBe(1);

    const keys = Array.from({ length: 50 }, () => newId());
    const forwards = scene.queue(keys.map((key) => ({ dedupeKey: key })));
    const backwards = scene.queue([...keys].reverse().map((key) => ({ dedupeKey: key })));
    const created = await Promise.all([forwards, backwards]);
    expect(created[0] + created[1]).toBe(50);
    expect(await scene.messages()).toHaveLength(53);
  });

  test('enqueues one job per 500 new messages of a lane, and none for known ones', async () => {
    const requests = Array.from({ length: 1001 }, () => ({ dedupeKey: newId() }));
    await scene.queue([
      ...requests,
      { class: 'otp' },
      { channel: 'email', address: 'sara@example.com', subject: 'Hi' },
    ]);
    expect((await tasks()).sort()).toEqual([
      'sendMessages',
      'sendMessages',
      'sendMessages',
      'sendMessages',
      'sendOneTimeCodes',
    ]);
    await scene.reset();
    await scene.queue([]);
    expect(await tasks()).toEqual([]);
  });

  test('leaves nothing behind when the transaction rolls back', async () => {
    const failing = scene.database.transaction(async (tx) => {
      const request = {
        dedupeKey: newId(),
        channel: 'sms',
        class: 'otp',
        address: '+989121234567',
        text: 'x',
      } as const;
      await queueMessages({ tx, clock: scene.clock }, [request]);
      throw new Error('later');
    });
    await expect(failing).rejects.toThrow('later');
    expect(await scene.messages()).toEqual([]);
    expect(await tasks()).toEqual([]);
  });

  test('the application may enqueue, but neither read nor change the job queue', async () => {
    const peek = statement('test.peek', 'select * from graphile_worker._private_jobs');
    const steal = statement('test.steal', `delete from graphile_worker._private_jobs`);
    await expect(scene.database.query(peek)).rejects.toThrow('permission denied');
    await expect(scene.database.query(steal)).rejects.toThrow('permission denied');
  });

  test('the application can neither delete a message nor take a step that does not exist', async () => {
    await scene.queue([{}]);
    const forget = statement('test.forget', 'delete from notifications.messages');
    const jump = statement(
      'test.jump',
      `update notifications.messages set state = 'delivered', next_attempt_at = null, settled_at = now()`,
    );
    const back = statement(
      'test.back',
      `update notifications.messages set state = 'sending', settled_at = null, wake_at = now()`,
    );
    await expect(scene.database.query(forget)).rejects.toThrow('permission denied');
    await scene.database.query(jump);
    await expect(scene.database.query(back)).rejects.toThrow('cannot go from delivered to sending');
  });
});

describe('cancelling a group', () => {
  test('takes time in proportion to its messages, also on a connection that has moved few before', async () => {
    const small = Array.from({ length: 8 }, () => newId());
    const large = newId();
    await scene.queue([...small, ...Array.from({ length: 10_000 }, () => large)].map((groupId) => ({ groupId })));
    await scene.test.database.transaction(
      async (tx) => {
        // PostgreSQL keeps the plans of a trigger from the sixth run on.
        for (const groupId of small) expect(await cancelQueued(tx, groupId, new Date())).toBe(1);
        expect(await cancelQueued(tx, large, new Date())).toBe(10_000);
      },
      // Row by row against row it takes many times as long.
      { statementTimeout: 10_000 },
    );
  });
});
