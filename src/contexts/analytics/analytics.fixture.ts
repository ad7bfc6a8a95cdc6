import { systemClock } from '../../shared/clock.ts';
import { connect } from '../../database/connect.ts';
import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import { newId } from '../../shared/id.ts';
import { openPool, openWallets } from '../../testing/counted-rows.ts';
import { createTestDatabase } from '../../testing/database.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { rollUpAll } from '../../testing/roll-up.ts';
import { recounts as messageRecounts } from '../notifications/recounts.ts';
import { findBonusCampaign } from '../rewards/campaign-store.ts';
import { recounts as rewardRecounts } from '../rewards/recounts.ts';
import { listTopWallets } from '../rewards/top-wallet-store.ts';
import { compareRollups } from './compare-rollups.ts';
import type { RollupDifference } from './comparison-store.ts';
import type { SumDifference } from './sum-comparison-store.ts';
import { silentObserver, usualLimits } from './dependencies.ts';
import type { AnalyticsDependencies } from './dependencies.ts';
import { rollUpFacts } from './roll-up-facts.ts';

/** Analytics on a real database, with the tables whose facts it counts. */
export interface AnalyticsFixture {
  readonly test: TestDatabase;
  readonly dependencies: AnalyticsDependencies;
  /** Rolls up all that is committed. */
  rollUp(): Promise<void>;
  /** What differs between the rollups and the tables: `[]`. */
  differences(): Promise<readonly (RollupDifference | SumDifference)[]>;
  /** Runs SQL as the owner. */
  sql<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A pool and a number of wallets. */
  openAccounts(wallets: number): Promise<{ readonly pool: string; readonly wallets: readonly string[] }>;
  close(): Promise<void>;
}

/** What analytics needs, on one database: also for processes that a test starts and kills. */
export function analyticsOn(database: Database, zones: readonly string[] = ['UTC']): AnalyticsDependencies {
  return {
    primary: database,
    worker: database,
    reporting: database,
    clock: systemClock,
    zones,
    limits: usualLimits,
    recounts: () => [...rewardRecounts, ...messageRecounts],
    questions: { findBonusCampaign, listTopWallets },
    observer: silentObserver,
  };
}

export async function createAnalyticsFixture(zones?: readonly string[]): Promise<AnalyticsFixture> {
  const test = await createTestDatabase();
  const dependencies = analyticsOn(test.database, zones);
  const sql: AnalyticsFixture['sql'] = (text, values = []) => test.owner.query(statement('', text), values);
  return {
    test,
    dependencies,
    rollUp: () => rollUpAll(test.owner, () => rollUpFacts(dependencies)),
    differences: async () => {
      const { differences, sums } = await compareRollups(dependencies);
      return [...differences, ...sums];
    },
    sql,
    openAccounts: async (count) => {
      const pool = newId();
      const wallets = Array.from({ length: count }, () => newId());
      await test.owner.query(openPool, [pool]);
      await test.owner.query(openWallets, [wallets]);
      return { pool, wallets };
    },
    close: () => test.close(),
  };
}

/** As many connections as writers, each its own. */
export function connectWriters(url: string, size: number): Database {
  return connect({ url, name: 'test writers', size, statementTimeout: 30_000, role: 'portico_app' });
}
