import pg from 'pg';

/** A million members with wallets; ids are random, so neighbours in a file are strangers in the tables. */
export async function seedMembers(databaseUrl: string, members: number): Promise<void> {
  await onClient(databaseUrl, async (client) => {
    await client.query(
      `with fresh as (
         insert into rewards.accounts (id, kind) select gen_random_uuid(), 'wallet' from generate_series(1, $1::int) returning id)
       insert into rewards.members (user_id, phone, verified_at)
       select id, '+98912' || lpad((row_number() over () - 1)::text, 7, '0'), now() from fresh on conflict do nothing`,
      [members],
    );
    await client.query('vacuum analyze rewards.accounts');
    await client.query('vacuum analyze rewards.members');
  });
  await settle(databaseUrl);
}

const WRITTEN = ['rewards.accounts', 'rewards.ledger_entries', 'rewards.bonus_grants', 'rewards.bonus_rows'];
const TOLD = ['notifications.messages', 'notifications.message_counts', 'notifications.attempts'];

/** Puts the server into one state before each measured run: no vacuum and no checkpoint is left over from the last one. */
export async function settle(databaseUrl: string): Promise<void> {
  await onClient(databaseUrl, async (client) => {
    for (const table of [...WRITTEN, ...TOLD]) await client.query(`vacuum analyze ${table}`);
    await client.query('checkpoint');
  });
}

/** Ends the messages of a large import that have not left yet: sending 800,000 is another benchmark's matter. */
export async function cancelWaiting(databaseUrl: string): Promise<void> {
  await onClient(databaseUrl, async (client) => {
    for (;;) {
      const { rowCount } = await client.query(
        `update notifications.messages set state = 'cancelled', next_attempt_at = null, settled_at = now()
         where id in (select id from notifications.messages where state = 'queued' limit 2000 for update skip locked)`,
      );
      if (rowCount === 0) return;
    }
  });
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
