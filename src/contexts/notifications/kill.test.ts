import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { statement } from '../../database/transaction.ts';
import { createFakeSmsSender, createNotificationScene, providerIdOf } from './notifications.fixture.ts';
import type { NotificationScene } from './notifications.fixture.ts';
import { recordReports } from './record-reports.ts';
import { recoverMessages } from './recover-messages.ts';
import { settleMessages } from './settle-messages.ts';
import { until } from '../../testing/until.ts';

const MESSAGES = 2_000;
const KILLS = 5;

const createProvider = statement(
  'test.create_provider',
  'create table public.provider_calls (reference text, address text)',
);
const readProvider = statement<{ address: string; references: string[]; calls: number }>(
  'test.read_provider',
  `select address, array_agg(distinct reference) as "references", count(*) as calls
   from public.provider_calls group by address`,
);
const endLeases = statement(
  'test.end_leases',
  `update notifications.messages set wake_at = $1 where state in ('claimed', 'sending')`,
);

let scene: NotificationScene;
let child: ChildProcess | undefined;

// A database and a clock for each test: one of them ends three days later.
beforeEach(async () => {
  scene = await createNotificationScene();
  await scene.test.owner.query(createProvider);
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await scene.close();
});

function startSender(deduplicates: boolean): ChildProcess {
  const script = path.join(import.meta.dirname, 'sending-process.fixture.ts');
  child = spawn(process.execPath, ['--no-warnings', script, scene.test.url, String(deduplicates)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return child;
}

/** Starts a sender and kills it at a random moment after its first call. */
async function killASender(deduplicates: boolean): Promise<void> {
  const sender = startSender(deduplicates);
  if (sender.stdout === null) throw new Error('The sender has no output.');
  await once(createInterface({ input: sender.stdout }), 'line');
  sender.stdout.resume();
  const end = performance.now() + Math.random() * 60;
  while (performance.now() < end) await new Promise(setImmediate);
  sender.kill('SIGKILL');
  await once(sender, 'exit');
}

/** What the minute's sweep does once the leases of the dead have ended. */
async function takeOver(deduplicates: boolean): Promise<void> {
  await scene.test.owner.query(endLeases, [scene.clock.now()]);
  await recoverMessages(scene.dependencies({ senders: [createFakeSmsSender(undefined, { deduplicates })] }));
}

describe('kill -9 while sending, again and again', () => {
  test.each([
    ['a provider that deduplicates: every message arrives exactly once', true],
    ['a provider that does not: none arrives twice, and what nobody knows is unknown', false],
  ])(
    '%s',
    async (_title, deduplicates) => {
      await scene.queue(Array.from({ length: MESSAGES }, () => ({})));
      for (let kills = 0; kills < KILLS; kills += 1) {
        await killASender(deduplicates);
        const { claimed, sending, ...rest } = await scene.counts();
        expect(claimed + sending + Object.values(rest).reduce((sum, count) => sum + count, 0)).toBe(MESSAGES);
        await takeOver(deduplicates);
      }
      startSender(deduplicates).stdout?.resume();
      await until(async () => {
        const { queued, claimed, sending, retry_wait } = await scene.counts();
        const open = (await scene.messages()).filter((message) => message.next_attempt_at !== null);
        return queued + claimed + sending + retry_wait + open.length === 0;
      }, 60_000);

      const inbox = await scene.test.owner.query(readProvider);
      // One reference per recipient is one message at a provider that deduplicates, however often it was asked.
      expect(inbox.every(({ references }) => references.length === 1)).toBe(true);
      if (!deduplicates) expect(inbox.every(({ calls }) => calls === 1)).toBe(true);

      const reports = inbox.map(({ references: [reference = ''] }) => ({
        eventKey: reference,
        providerMessageId: providerIdOf(reference),
        state: 'delivered' as const,
        occurredAt: scene.clock.now(),
      }));
      await recordReports(scene.dependencies({ senders: [] }), 'fake', reports);
      scene.clock.advance(73 * 3_600_000);
      await settleMessages(scene);

      const { delivered, unknown } = await scene.counts();
      expect(delivered + unknown).toBe(MESSAGES);
      expect((await scene.messages()).every((message) => message.settled_at !== null)).toBe(true);
      expect(inbox.length).toBeGreaterThanOrEqual(delivered);
      if (deduplicates) expect([delivered, inbox.length]).toEqual([MESSAGES, MESSAGES]);
      else expect(unknown).toBeGreaterThan(0);
    },
    120_000,
  );
});
