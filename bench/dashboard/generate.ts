import type pg from 'pg';

/** What the tables are filled with. */
export interface Volume {
  /** Ledger entries: two for each posting. */
  readonly ledger: number;
  readonly messages: number;
}

export const CAMPAIGNS = 180;
export const WALLETS = 200_000;
const DAYS = 365;
const IMPORTS_A_DAY = 10;
const SLICE = 2_000_000;

/** Ids that the statements of the benchmark can work out. */
export const campaignId = (n: string): string => `md5('bench campaign ' || (${n}))::uuid`;
export const walletId = (n: string): string => `md5('bench wallet ' || (${n}))::uuid`;
const importId = (n: string): string => `md5('bench import ' || (${n}))::uuid`;
/** The moment of row `n` of `of`, evenly over the last year. */
const momentOf = (n: string, of: number): string =>
  `(date_trunc('day', now()) - interval '${DAYS} days' + interval '1 day' * (${n}::float8 * ${DAYS} / ${of}))`;
const dayOf = (n: string, of: number): string => `floor(${n}::float8 * ${DAYS} / ${of})::int`;
/** Each campaign runs for two days, and another one takes over. */
const campaignOfDay = (day: string): string => campaignId(`(${day} / 2) % ${CAMPAIGNS}`);

/** Does a step of the work unless it has been done. */
type Once = (name: string, work: () => Promise<unknown>) => Promise<void>;

/**
 * Writes a year of postings and messages in the database itself, without triggers and with the secondary indexes built
 * afterwards; everything else is the schema that Portico has. Rollups are left empty. Each step is one transaction.
 */
export async function generate(client: pg.Client, { ledger, messages }: Volume, once: Once): Promise<void> {
  // Without triggers and foreign keys.
  await client.query(`set session_replication_role = replica`);
  await client.query(`set maintenance_work_mem = '512MB'`);
  await client.query(`set synchronous_commit = off`);
  await once('accounts and imports', () => generateAccounts(client));
  await once('ledger entries', () => generateLedger(client, ledger / 2));
  await once('messages', () => generateMessages(client, messages));
  await once('statistics', async () => {
    await client.query(
      'analyze rewards.ledger_entries, rewards.accounts, rewards.bonus_imports, notifications.messages',
    );
  });
  await client.query(`set session_replication_role = origin`);
}

async function generateAccounts(client: pg.Client): Promise<void> {
  await client.query(`
    insert into rewards.accounts (id, kind, balance) select ${walletId('n')}, 'wallet', 1000000 from generate_series(1, ${WALLETS}) n;
    insert into rewards.accounts (id, kind) select ${campaignId('n')}, 'campaign-pool' from generate_series(0, ${CAMPAIGNS - 1}) n;
    insert into rewards.bonus_campaigns
      (id, name, coins, period_policy, window_seconds, message_template, default_region, created_by, created_at)
      select ${campaignId('n')}, 'Campaign ' || n, 50, 'once', 300, 'You got {coins} coins.', 'IR', gen_random_uuid(), now()
      from generate_series(0, ${CAMPAIGNS - 1}) n;
    insert into rewards.bonus_imports
      (id, campaign_id, window_start, period_key, sha256, coins, message, bytes, phone_column, has_header, status, lines,
       blank_lines, malformed, credited, duplicate, chunks, open_chunks, created_by, created_at, progressed_at, finished_at)
      select ${importId('n')}, ${campaignOfDay(`n / ${IMPORTS_A_DAY}`)}, at, 'once', sha256(n::text::bytea), 50, 'x', 1, 1, false,
        'finished', 50000, 0, 500, 46000, 3500, 50, 0, gen_random_uuid(), at, at, at
      from generate_series(0, ${DAYS * IMPORTS_A_DAY - 1}) n
        cross join lateral (select ${momentOf('n', DAYS * IMPORTS_A_DAY)} as at) m;
    insert into analytics.groups (group_id, campaign_id) select id, campaign_id from rewards.bonus_imports on conflict do nothing`);
}

/** Six of seven postings are bonuses, one is spent. */
async function generateLedger(client: pg.Client, postings: number): Promise<void> {
  await withoutIndexes(client, 'rewards', 'ledger_entries', async () => {
    for (let from = 0; from < postings; from += SLICE) {
      await client.query(`
        insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id, created_at)
        select leg.account, leg.amount, p.kind, p.ref, p.at
        from (
          select n, uuidv7() as ref, ${momentOf('n', postings)} as at, case when n % 7 = 0 then 'spend' else 'bonus' end as kind,
            ${walletId(`(n::bigint * 7919) % ${WALLETS} + 1`)} as wallet, ${campaignOfDay(dayOf('n', postings))} as campaign
          from generate_series(${from}, ${Math.min(from + SLICE, postings) - 1}) n offset 0
        ) p cross join lateral (values
          (p.wallet, case p.kind when 'spend' then -20 else 50 end),
          (case p.kind when 'spend' then '00000000-0000-8000-8000-000000000001'::uuid else p.campaign end,
           case p.kind when 'spend' then 20 else -50 end)
        ) leg (account, amount)`);
    }
  });
}

/** Of ten messages seven are of imports, two hold codes, one is an e-mail; most have been delivered. */
async function generateMessages(client: pg.Client, messages: number): Promise<void> {
  await withoutIndexes(client, 'notifications', 'messages', async () => {
    for (let from = 0; from < messages; from += SLICE) {
      await client.query(`
        insert into notifications.messages (id, dedupe_key, channel, class, address, subject, body, group_id, country, state, attempts,
          provider, provider_message_id, deadline, created_at, settled_at)
        select uuidv7(), 'bench:' || n, case when n % 10 = 9 then 'email' else 'sms' end,
          case when n % 10 < 7 then 'marketing' when n % 10 < 9 then 'otp' else 'transactional' end,
          '+98912' || lpad((n % 10000000)::text, 7, '0'), null, 'You got 50 coins from the campaign.',
          case when n % 10 < 7 then ${importId(dayOf('n', messages) + ` * ${IMPORTS_A_DAY} + n % ${IMPORTS_A_DAY}`)} end, '98',
          (array['delivered', 'delivered', 'delivered', 'delivered', 'delivered', 'delivered', 'delivered', 'delivered', 'delivered',
            'undelivered', 'expired', 'dead', 'suppressed'])[(n::bigint * 31) % 13 + 1],
          1, 'sandbox', 'x' || n, at + interval '1 day', at, at + interval '1 minute'
        from (
          select n, ${momentOf('n', messages)} as at from generate_series(${from}, ${Math.min(from + SLICE, messages) - 1}) n offset 0
        ) numbered`);
    }
  });
}

/** Empties a table, takes its indexes away while it is filled, and makes the same ones again: all of it or nothing. */
async function withoutIndexes(
  client: pg.Client,
  schema: string,
  table: string,
  fill: () => Promise<void>,
): Promise<void> {
  const { rows: constraints } = await client.query<{ name: string; definition: string }>(
    `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
     where conrelid = format('%I.%I', $1::text, $2::text)::regclass and contype in ('p', 'u')`,
    [schema, table],
  );
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
     where schemaname = $1 and tablename = $2 and indexname <> all ($3)`,
    [schema, table, constraints.map(({ name }) => name)],
  );
  // Rows of a table that was emptied in the same transaction leave nothing in the log (wal_level minimal).
  await client.query(`begin; truncate ${schema}.${table}`);
  for (const { name } of constraints) await client.query(`alter table ${schema}.${table} drop constraint ${name}`);
  for (const { name } of indexes) await client.query(`drop index ${schema}.${name}`);
  await fill();
  for (const { name, definition } of constraints) {
    await client.query(`alter table ${schema}.${table} add constraint ${name} ${definition}`);
  }
  for (const { definition } of indexes) await client.query(definition);
  await client.query('commit');
}
