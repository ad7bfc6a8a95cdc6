import { randomBytes } from 'node:crypto';
import { connect } from '../../database/connect.ts';
import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import { runDueJobs } from '../../jobs/runner.ts';
import { createCursors } from '../../shared/cursor.ts';
import { demoPhone } from '../../shared/demo-phone.ts';
import { newId } from '../../shared/id.ts';
import { createTestDatabase } from '../../testing/database.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { createLogger } from '../../telemetry/logs.ts';
import { createNotifications } from '../notifications/index.ts';
import type { MessageRequest } from '../notifications/index.ts';
import type { BonusCampaign } from './bonus-campaign.ts';
import type { BonusImport } from './bonus-import.ts';
import { createBonusCampaign } from './create-bonus-campaign.ts';
import type { CreateBonusCampaign } from './create-bonus-campaign.ts';
import { createBonusImport } from './create-bonus-import.ts';
import type { CreateBonusImport } from './create-bonus-import.ts';
import { silentObserver } from './dependencies.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { getBonusImport } from './get-bonus-import.ts';
import { getWalletReconciliation } from './get-wallet-reconciliation.ts';
import { seedMembers } from './seed-members.ts';
import { createRewardsTasks } from './tasks.ts';

export const STAFF = newId();
export const COINS = 7;

/** Rewards and notifications on a real database and queue, with a clock that a test moves. */
export interface RewardsFixture {
  readonly test: TestDatabase;
  readonly dependencies: RewardsDependencies;
  /** Moves the clock on. */
  wait(milliseconds: number): void;
  /** Users who hold the demo phones `from` … `from + count − 1`. */
  createMembers(count: number, from?: number): Promise<string[]>;
  createCampaign(campaign?: Partial<CreateBonusCampaign>): Promise<BonusCampaign>;
  /** Uploads a file without crediting it. @returns the import's id */
  upload(campaign: Pick<BonusCampaign, 'id'>, file: string, window?: Date): Promise<string>;
  /** Runs every job that is due, until none is. */
  runJobs(): Promise<void>;
  find(importId: string): Promise<BonusImport>;
  /** Uploads and credits. */
  credit(campaign: Pick<BonusCampaign, 'id'>, file: string, window?: Date): Promise<BonusImport>;
  /** Every message rewards has asked for so far. */
  readonly asked: readonly MessageRequest[];
  /** How many messages about this import there are. */
  messages(importId: string): Promise<number>;
  /** What disagrees with the ledger: `[]`. */
  differences(): Promise<readonly unknown[]>;
  /** Runs SQL as the owner. */
  sql<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs SQL as the application's role. */
  sqlAsApplication<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const log = createLogger({ level: 'silent' });

/** What rewards needs, on one database: also for processes that a test starts and kills. */
export function rewardsOn(database: Database, clock = { now: () => new Date() }): RewardsDependencies {
  const cursors = createCursors(randomBytes(32));
  const notifications = createNotifications({
    publicUrl: 'https://portico.example',
    linkKey: Buffer.alloc(32, 1),
    trackingKey: Buffer.alloc(32, 2),
    readContacts: () => Promise.resolve([]),
    database,
    workerDatabase: database,
    clock,
    cursors,
    smsSenders: [],
    emailSenders: [],
    limits: { perSecond: {}, defaultRate: 1, otpShare: 0.2, smsPerDay: 1, smsPerCountryPerDay: 1 },
  });
  return {
    primary: database,
    worker: database,
    reporting: database,
    uploads: database,
    uploadsAtOnce: 4,
    clock,
    enqueue,
    cursors,
    notifications,
    observer: silentObserver,
    sources: [],
    refusedLinesDays: 90,
    gameSecret: randomBytes(32),
  };
}

export async function createRewardsFixture(): Promise<RewardsFixture> {
  const test = await createTestDatabase();
  let now = Date.UTC(2026, 10, 21, 10, 16, 2);
  const real = rewardsOn(test.database, { now: () => new Date(now) });
  const asked: MessageRequest[] = [];
  const dependencies: RewardsDependencies = {
    ...real,
    notifications: {
      ...real.notifications,
      queueMessages: (tx, requests) => {
        asked.push(...requests);
        return real.notifications.queueMessages(tx, requests);
      },
    },
  };
  const owner = connect({ url: test.url, name: 'test jobs', size: 4, statementTimeout: 30_000 });
  const tasks = createRewardsTasks(dependencies);
  const slots = { taken: 0 };

  const fixture: RewardsFixture = {
    test,
    dependencies,
    wait: (milliseconds) => void (now += milliseconds),
    createMembers: async (count, from = 0) => {
      const userIds = Array.from({ length: count }, () => newId());
      const phones = userIds.map((_, index) => demoPhone(from + index));
      await test.database.transaction((tx) => seedMembers(tx, { userIds, phones }));
      return userIds;
    },
    createCampaign: (campaign = {}) =>
      test.database.transaction((tx) => createBonusCampaign({ ...dependencies, tx }, { ...usual(), ...campaign })),
    upload: async (campaign, file, window) => {
      const command: CreateBonusImport = { campaignId: campaign.id, window, file: bytesOf(file), createdBy: STAFF };
      return (await createBonusImport(dependencies, slots, command)).importId;
    },
    runJobs: () => runDueJobs({ pool: owner.pool, bindings: tasks, database: test.database, log }),
    find: async (importId) => (await getBonusImport(dependencies, importId)).import,
    credit: async (campaign, file, window) => {
      const importId = await fixture.upload(campaign, file, window);
      await fixture.runJobs();
      return fixture.find(importId);
    },
    asked,
    messages: async (importId) => (await getBonusImport(dependencies, importId)).messages.total,
    differences: async () => (await getWalletReconciliation(dependencies)).differences,
    sql: (text, values = []) => test.owner.query(statement('', text), values),
    sqlAsApplication: (text, values = []) => test.database.query(statement('', text), values),
    close: async () => {
      await owner.close();
      await test.close();
    },
  };
  return fixture;
}

function usual(): CreateBonusCampaign {
  return {
    id: newId(),
    name: 'Nowruz gift',
    coins: COINS,
    periodPolicy: 'once',
    windowSeconds: 300,
    messageTemplate: 'You got {coins} coins from {campaign}.',
    smsTemplate: null,
    defaultRegion: 'IR',
    claimUntil: null,
    createdBy: STAFF,
  };
}

/** A file that arrives in pieces. */
export async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(file);
  for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384);
}

/** A file of demo phones in national spelling, one a line. */
export function fileOf(indexes: readonly number[]): string {
  return indexes.map((index) => `0${demoPhone(index).slice(3)}\n`).join('');
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** The same items in an order that depends on the seed alone. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const keyed = items.map((item, index) => ({ item, key: Math.imul(index + 1, 2_654_435_761 ^ seed) >>> 0 }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
