import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { settings } from '../installation.ts';
import { generate } from './generate.ts';
import type { Volume } from './generate.ts';

/**
 * Fills the database once: a year of rows, the rollups that `portico rollups --repair` makes of them as after an upgrade, and
 * rankings. What an earlier call has done is not done again. fsync is off meanwhile, and on when this returns.
 *
 * @throws when it was filled with another volume
 */
export async function prepare(databaseUrl: string, volume: Volume): Promise<void> {
  await onClient(databaseUrl, async (client) => {
    await client.query(`create schema if not exists bench;
      create table if not exists bench.filled (step text primary key, ledger bigint, messages bigint)`);
    const { rows } = await client.query<{ step: string; ledger: string; messages: string }>(
      'select * from bench.filled',
    );
    const other = rows.find(({ ledger, messages }) => +ledger !== volume.ledger || +messages !== volume.messages);
    if (other !== undefined)
      throw new Error(`The database holds ${other.ledger} entries and ${other.messages} messages.`);
    const done = new Set(rows.map(({ step }) => step));
    const once = async (name: string, work: () => Promise<unknown>): Promise<void> => {
      if (done.has(name)) return;
      const began = performance.now();
      await work();
      await client.query('insert into bench.filled values ($1, $2, $3) on conflict do nothing', [
        ...[name, volume.ledger, volume.messages],
      ]);
      console.log(`  ${name}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    };
    if (done.has('settled')) return untilRolling(client);
    console.log(
      `Generating ${volume.ledger.toLocaleString('en')} ledger entries and ${volume.messages.toLocaleString('en')} messages`,
    );
    await setDurable(client, false);
    await generate(client, volume, once);
    await once('rollups', () => rollUp(client, databaseUrl));
    await setDurable(client, true);
    await once('settled', () => settle(client));
    const { rows: sizes } = await client.query<{ size: string }>(
      'select pg_size_pretty(pg_database_size(current_database())) as size',
    );
    console.log(`  the database is ${sizes[0]?.size ?? '?'}`);
  });
}

/** A worker that was just started begins to roll with the next minute. */
async function untilRolling(client: pg.Client): Promise<void> {
  await until(client, `(select as_of > now() - interval '5 seconds' from analytics.rollup_state)`);
}

async function until(client: pg.Client, condition: string): Promise<void> {
  while (!(await client.query<{ met: boolean }>(`select ${condition} as met`)).rows[0]?.met) await pause(250);
}

/** Waits until the roller has carried everything into the figures, and users are ranked. */
async function rollUp(client: pg.Client, databaseUrl: string): Promise<void> {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const env = { PATH: process.env['PATH'], ...settings, DATABASE_URL: databaseUrl };
  const told = execFileSync(process.execPath, ['--no-warnings', main, 'rollups', '--repair'], {
    env,
    encoding: 'utf8',
  });
  console.log(`  ${told.trim().split('\n').at(-1) ?? ''}`);
  await until(
    client,
    `not exists (select from analytics.facts where xid >= (select below from analytics.rollup_state))
    and (select as_of > '-infinity' from analytics.rollup_state)`,
  );
  await client.query(`select graphile_worker.add_job('rankUsers', '{}'::json)`);
  await until(client, 'exists (select from analytics.rankings)');
}

/** Off while rows are made that nobody would miss. */
async function setDurable(client: pg.Client, on: boolean): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes', 'autovacuum']) {
    await client.query(`alter system set ${setting} = ${on ? 'on' : 'off'}`);
  }
  await client.query('select pg_reload_conf()');
}

/** What autovacuum would have done in a year. */
async function settle(client: pg.Client): Promise<void> {
  for (const table of [
    'analytics.rollups',
    'analytics.days',
    'analytics.totals',
    'analytics.facts',
    'analytics.top_users',
  ]) {
    await client.query(`vacuum (analyze) ${table}`);
  }
  for (const table of [
    'rewards.ledger_entries',
    'rewards.accounts',
    'rewards.bonus_imports',
    'notifications.messages',
  ]) {
    await client.query(`vacuum (analyze) ${table}`);
  }
  await client.query('checkpoint');
}

async function onClient(databaseUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
