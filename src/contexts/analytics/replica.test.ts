import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { applicationRole, connect } from '../../database/connect.ts';
import { startEmbeddedPostgres } from '../../database/embedded.ts';
import type { EmbeddedPostgres } from '../../database/embedded.ts';
import { migrate } from '../../database/migrate.ts';
import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import { systemClock } from '../../shared/clock.ts';
import { newId } from '../../shared/id.ts';
import { openPool, openWallets, postBonus } from '../../testing/counted-rows.ts';
import { until } from '../../testing/until.ts';
import { analyticsOn } from './analytics.fixture.ts';
import { usualLimits } from './dependencies.ts';
import type { AnalyticsDependencies } from './dependencies.ts';
import { getLiveCounters } from './get-live-counters.ts';
import { rollUpFacts } from './roll-up-facts.ts';
import { createRunReport } from './run-report.ts';

const settings = {
  wal_level: 'replica',
  max_wal_senders: '4',
  hot_standby: 'on',
  fsync: 'off',
  shared_buffers: '32MB',
};
let folder: string;
const running: EmbeddedPostgres[] = [];
let primary: Database;
let replica: Database;
let owner: Database;
let replicaOwner: Database;
let dependencies: AnalyticsDependencies;

/** A primary and a streaming standby that was copied from it while it stood still. */
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'portico-replica-'));
  chmodSync(folder, 0o711);
  const [first, second] = [path.join(folder, 'primary'), path.join(folder, 'standby')];
  for (const directory of [first, second]) {
    mkdirSync(directory);
    chmodSync(directory, 0o711);
  }
  const seed = await startEmbeddedPostgres({ directory: first, settings });
  await migrate(seed.url);
  await seed.stop();
  const data = path.join(second, 'postgres');
  cpSync(seed.directory, data, { recursive: true, preserveTimestamps: true });
  giveTo(data, seed.directory);
  cpSync(path.join(first, 'postgres-password'), path.join(second, 'postgres-password'));
  const a = await startEmbeddedPostgres({ directory: first, settings });
  running.push(a);
  const { port, password } = new URL(a.url);
  writeFileSync(path.join(data, 'standby.signal'), '');
  giveTo(path.join(data, 'standby.signal'), seed.directory);
  const conninfo = `host=127.0.0.1 port=${port} user=portico password=${password}`;
  const b = await startEmbeddedPostgres({ directory: second, settings: { ...settings, primary_conninfo: conninfo } });
  running.push(b);
  const open = (url: string, role?: string): Database =>
    connect({ url, name: 'test', size: 4, statementTimeout: 30_000, ...(role === undefined ? {} : { role }) });
  [primary, owner] = [open(a.url, applicationRole), open(a.url)];
  [replica, replicaOwner] = [open(b.url, applicationRole), open(b.url)];
  dependencies = { ...analyticsOn(primary), reporting: replica };
}, 120_000);

afterAll(async () => {
  for (const database of [primary, replica, owner, replicaOwner]) await database.close();
  for (const server of running.toReversed()) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The server's account must own its files, all the way down. */
function giveTo(file: string, example: string): void {
  const { uid, gid } = statSync(example);
  const walk = (name: string): void => {
    chownSync(name, uid, gid);
    if (statSync(name).isDirectory()) for (const entry of readdirSync(name)) walk(path.join(name, entry));
  };
  walk(file);
  if (statSync(file).isDirectory()) chmodSync(file, 0o700);
}

test('a replica answers, says how far behind it is, and refuses when that is too far', async () => {
  const counters = (longestLag: number) =>
    getLiveCounters({
      runReport: createRunReport({ reporting: replica, clock: systemClock, limits: { ...usualLimits, longestLag } }),
    });
  const [pool, wallet] = [newId(), newId()];
  await owner.query(openPool, [pool]);
  await owner.query(openWallets, [[wallet]]);
  await owner.query(postBonus, [pool, wallet, 5]);
  const seen = await until(async () => {
    await rollUpFacts(dependencies);
    const report = await counters(60_000);
    if (report.unchanged) throw new Error('It was not asked whether.');
    const granted = report.figures.counters.find(({ metric }) => metric === 'coins-granted')?.value;
    return granted === 5 && report.freshness;
  });
  expect(seen.source).toBe('replica');
  expect(seen.replicaLagMs).toBeGreaterThanOrEqual(0);
  expect(seen.replicaLagMs).toBeLessThan(30_000);

  await replicaOwner.query(statement('', 'select pg_wal_replay_pause()'));
  await rollUpFacts(dependencies);
  // The figures stay what they were, and the answer says since when.
  const refused = await until(async () => {
    try {
      await counters(100);
      return false;
    } catch (error) {
      return error;
    }
  });
  expect(refused).toMatchObject({ status: 503, code: 'unavailable', detail: expect.stringContaining('behind') });
  await replicaOwner.query(statement('', 'select pg_wal_replay_resume()'));
  await until(async () => {
    await rollUpFacts(dependencies);
    const report = await counters(60_000);
    return !report.unchanged && (report.freshness.replicaLagMs ?? Number.POSITIVE_INFINITY) < 5_000;
  });
}, 60_000);
