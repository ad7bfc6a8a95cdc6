import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../database/transaction.ts';
import { demoPhone } from '../../shared/demo-phone.ts';
import { newId } from '../../shared/id.ts';
import { creditBonusChunk } from './credit-bonus-chunk.ts';
import { creditPendingGrants } from './credit-pending-grants.ts';
import { getWallet } from './get-wallet.ts';
import { recordVerifiedPhone } from './record-verified-phone.ts';
import { resumeStalledImports } from './resume-stalled-imports.ts';
import { COINS, createRewardsFixture, fileOf, range } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';
import { createRewardsTasks, rewardsSchedule } from './tasks.ts';

let fixture: RewardsFixture;

beforeAll(async () => {
  fixture = await createRewardsFixture();
  await fixture.createMembers(1_000);
});
afterAll(() => fixture.close());

const run = { attempt: 1, maxAttempts: 8, signal: new AbortController().signal, correlationId: newId() };

class Death extends Error {}

/** A database whose transactions die after so many statements. */
function dyingAfter(statements: number): Database {
  const { database } = fixture.test;
  let left = statements;
  return {
    ...database,
    transaction: (work, options) =>
      database.transaction(
        (tx) =>
          work({
            ...tx,
            // These are the connection's own, not copies.
            get client() {
              return tx.client;
            },
            get models() {
              return tx.models;
            },
            query: async (statement, values) => {
              const rows = await tx.query(statement, values);
              left -= 1;
              if (left < 0) throw new Death(`after ${statement.name}`);
              return rows;
            },
          }),
        options,
      ),
  };
}

/** Lets `work` die after its first statement, after its second, …, until it comes through. @returns how often it died */
async function dieAfterEachStatement(work: (worker: Database) => Promise<unknown>): Promise<number> {
  for (let statements = 0; ; statements += 1) {
    try {
      await work(dyingAfter(statements));
      return statements;
    } catch (error) {
      if (!(error instanceof Death)) throw error;
      expect(await fixture.differences()).toEqual([]);
    }
  }
}

describe('A job that dies after any statement and runs again', () => {
  it('creditBonusImport credits each number once', async () => {
    const campaign = await fixture.createCampaign();
    const importId = await fixture.upload(campaign, fileOf(range(0, 1_010)));
    const died = await dieAfterEachStatement(async (worker) => {
      expect((await fixture.find(importId)).credited).toBe(0);
      await creditBonusChunk({ ...fixture.dependencies, worker }, importId);
    });
    expect(died).toBeGreaterThanOrEqual(7);
    await fixture.runJobs();
    expect(await fixture.find(importId)).toMatchObject({ status: 'finished', credited: 1_000, pending: 10 });
    expect(await fixture.messages(importId)).toBe(1_000);
  });

  it('recordVerifiedPhone credits what waited once', async () => {
    const campaign = await fixture.createCampaign();
    const found = await fixture.credit(campaign, fileOf([2_000]));
    const userId = newId();
    const verification = { userId, phone: demoPhone(2_000), verifiedAt: '2026-11-21T10:00:00Z' };
    const died = await dieAfterEachStatement((worker) =>
      recordVerifiedPhone({ ...fixture.dependencies, worker }, verification),
    );
    expect(died).toBeGreaterThanOrEqual(10);
    expect(await getWallet(fixture.dependencies, userId)).toEqual({ balance: COINS });
    expect(await fixture.messages(found.id)).toBe(1);
  });

  it('creditPendingGrants expires each grant once', async () => {
    const claimUntil = new Date(fixture.dependencies.clock.now().getTime() + 1_000);
    const campaign = await fixture.createCampaign({ claimUntil });
    const found = await fixture.credit(campaign, fileOf(range(3_000, 3_020)));
    fixture.wait(1_000);
    await dieAfterEachStatement((worker) => creditPendingGrants({ ...fixture.dependencies, worker }, run));
    expect(await fixture.find(found.id)).toMatchObject({ status: 'finished', pending: 0, expired: 20 });
  });

  it('resumeStalledImports wakes an import that lost its job, once however often it runs', async () => {
    const campaign = await fixture.createCampaign();
    const importId = await fixture.upload(campaign, fileOf(range(0, 100)));
    await fixture.sql(`select graphile_worker.remove_job($1)`, [`creditBonusImport:${importId}`]);
    const waiting = async () =>
      (await fixture.sql('select from graphile_worker.jobs where key = $1', [`creditBonusImport:${importId}`])).length;
    await resumeStalledImports(fixture.dependencies);
    expect(await waiting()).toBe(0);
    fixture.wait(21_000);
    await dieAfterEachStatement((worker) => resumeStalledImports({ ...fixture.dependencies, worker }));
    await resumeStalledImports(fixture.dependencies);
    expect(await waiting()).toBe(1);
    await fixture.runJobs();
    expect(await fixture.find(importId)).toMatchObject({ status: 'finished', credited: 100 });
  });
});

describe('The schedule', () => {
  it('has a task for each job, and they may run at any time, also at once', async () => {
    const told: number[] = [];
    const observer = {
      ...fixture.dependencies.observer,
      reconciled: (found: { differences: number }) => void told.push(found.differences),
    };
    const tasks = createRewardsTasks({ ...fixture.dependencies, observer });
    for (const { job } of rewardsSchedule) {
      const binding = tasks.find(({ name }) => name === job.name);
      const task = binding?.task as ((payload: object, about: typeof run) => Promise<void>) | undefined;
      if (task === undefined) throw new Error(`${job.name} has no task.`);
      await Promise.all([task({}, run), task({}, run)]);
    }
    expect(told).toEqual([0, 0]);
  });
});
