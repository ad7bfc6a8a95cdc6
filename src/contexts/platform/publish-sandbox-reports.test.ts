import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { statement } from '../../database/transaction.ts';
import type { DeliveryReport } from '../../ports/delivery-report.ts';
import { newId } from '../../shared/id.ts';
import { createTestDatabase } from '../../testing/database.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { killAfterEachStep } from '../../testing/dying-database.ts';
import { publishSandboxReports } from './publish-sandbox-reports.ts';
import { drawFate } from './sandbox-behaviour.ts';
import type { SandboxBehaviour } from './sandbox-behaviour.ts';
import { createSandboxInbox, sandboxMessageId } from './sandbox-inbox.ts';

const forever = new AbortController().signal;
const empty = statement('test.empty_sandbox', 'truncate platform.sandbox_messages');
const set = statement(
  'test.set_behaviour',
  `update platform.sandbox_behaviours
   set lose_report_rate = $1, undelivered_rate = $2, report_delay_milliseconds = $3 where channel = 'sms'`,
);
const unreported = statement<{ reference: string }>(
  'test.unreported',
  'select reference from platform.sandbox_messages where reported_at is null',
);

let scene: TestDatabase;
let now = Date.now();
const clock = { now: () => new Date(now) };
beforeAll(async () => {
  scene = await createTestDatabase();
});
afterAll(() => scene.close());

async function deliver(count: number): Promise<string[]> {
  const inbox = createSandboxInbox({ database: scene.database, clock, chance: () => 0.5 });
  const references = Array.from({ length: count }, () => newId());
  await Promise.all(
    references.map((reference) =>
      inbox.deliver({ channel: 'sms', reference, address: '+989121234567', body: 'x' }, { signal: forever }),
    ),
  );
  return references;
}

describe('reports of the sandbox', () => {
  test('come when they are due, once, and say when it happened', async () => {
    await scene.owner.query(set, [0, 0, 5_000]);
    const told: DeliveryReport[] = [];
    const recordReports = (provider: string, reports: readonly DeliveryReport[]): Promise<void> => {
      expect(provider).toBe('sandbox');
      told.push(...reports);
      return Promise.resolve();
    };
    const due = new Date(now + 5_000);
    const references = await deliver(1_200);
    const publish = () => publishSandboxReports({ database: scene.database, clock, recordReports }, forever);
    now += 4_999;
    await publish();
    expect(told).toEqual([]);
    now += 1;
    await publish();
    await publish();
    expect(told.map((report) => report.providerMessageId).sort()).toEqual(references.map(sandboxMessageId).sort());
    expect(told.every(({ state, occurredAt }) => state === 'delivered' && occurredAt.getTime() === due.getTime())).toBe(
      true,
    );
  });

  test('of a process killed after any step come from the next one', async () => {
    await scene.owner.query(set, [0, 0, 0]);
    const told = new Set<string>();
    const recordReports = (_provider: string, reports: readonly DeliveryReport[]): Promise<void> => {
      for (const report of reports) told.add(report.eventKey);
      return Promise.resolve();
    };
    let references: string[] = [];
    await killAfterEachStep(
      scene.database,
      async (database) => {
        await scene.owner.query(empty);
        told.clear();
        references = await deliver(3);
        await publishSandboxReports({ database, clock, recordReports }, forever);
      },
      async () => {
        now += 60_000;
        await publishSandboxReports({ database: scene.database, clock, recordReports }, forever);
        expect(told.size).toBe(references.length);
        expect(await scene.owner.query(unreported)).toEqual([]);
      },
    );
  });

  test('that are to be lost never come; those of failed deliveries say so', async () => {
    await scene.owner.query(empty);
    await scene.owner.query(set, [1, 0, 0]);
    await deliver(2);
    await scene.owner.query(set, [0, 1, 0]);
    const [failed = ''] = await deliver(1);
    const told: DeliveryReport[] = [];
    const recordReports = (_provider: string, reports: readonly DeliveryReport[]): Promise<void> => {
      told.push(...reports);
      return Promise.resolve();
    };
    await publishSandboxReports({ database: scene.database, clock, recordReports }, forever);
    expect(told).toMatchObject([{ providerMessageId: sandboxMessageId(failed), state: 'undelivered' }]);
  });
});

test('fates come in the shares that were asked for', () => {
  const behaviour: SandboxBehaviour = {
    channel: 'sms',
    failRate: 0.2,
    rejectRate: 0.25,
    loseAnswerRate: 0.1,
    undeliveredRate: 0.5,
    loseReportRate: 0.3,
    sendDelayMilliseconds: 0,
    reportDelayMilliseconds: 0,
    version: 1,
  };
  let state = 42;
  const chance = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const fates = Array.from({ length: 100_000 }, () => drawFate(behaviour, chance));
  const share = (wanted: (fate: (typeof fates)[number]) => boolean): number =>
    fates.filter(wanted).length / fates.length;
  expect(share(({ answer }) => answer === 'unavailable')).toBeCloseTo(0.2, 2);
  expect(share(({ answer }) => answer === 'rejected')).toBeCloseTo(0.2, 2);
  expect(share(({ answer }) => answer === 'lost')).toBeCloseTo(0.06, 2);
  expect(share(({ answer, report }) => answer === 'accepted' && report === null)).toBeCloseTo(0.162, 2);
  expect(share(({ report }) => report === 'undelivered')).toBeCloseTo(0.21, 2);
  expect(fates.every(({ answer, report }) => report === null || answer === 'accepted' || answer === 'lost')).toBe(true);
});
