import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { newId } from '../../src/shared/id.ts';

/** Grants, messages (due next year, so that nobody sends them), both ledger legs and balances, as one statement. */
const everything = `
  with granted as (
    insert into rewards.bonus_grants (campaign_id, period_key, phone, user_id, amount, import_id, status, credited_at)
    select $1, 'once', s.phone, m.user_id, 50, $1, case when m.user_id is null then 'pending' else 'credited' end,
      case when m.user_id is not null then now() end
    from (select distinct phone from staged) s left join rewards.members m on m.phone = s.phone
    order by s.phone on conflict do nothing
    returning id, phone, user_id),
  told as (
    insert into notifications.messages (id, dedupe_key, channel, class, address, body, user_id, group_id, country, state,
      next_attempt_at, deadline, created_at)
    select uuidv7(), 'bonus:' || id, 'sms', 'transactional', phone, 'You got 50 coins from Bench.', user_id, $1, '98',
      'queued', now() + interval '1 year', now() + interval '1 year', now()
    from granted where user_id is not null)
  insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id)
  select leg.account_id, leg.amount, 'bonus', g.id
  from granted g cross join lateral (values (g.user_id, 50), ($1, -50)) leg (account_id, amount)
  where g.user_id is not null`;

/**
 * The least that PostgreSQL needs for the same result: COPY of numbers that are clean already, and one statement, in one
 * transaction. Nothing is read line by line, nothing can be resumed, and everybody's wallet is locked until the end.
 *
 * @returns seconds
 */
export async function runLimit(databaseUrl: string, phones: readonly string[]): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const pool = newId();
    await client.query(`insert into rewards.accounts (id, kind) values ($1, 'campaign-pool')`, [pool]);
    const began = performance.now();
    await client.query('begin; create temporary table staged (phone text) on commit drop');
    await pipeline(Readable.from([phones.join('\n'), '\n']), client.query(copyFrom('copy staged from stdin')));
    await client.query('analyze staged');
    await client.query(everything, [pool]);
    await client.query('commit');
    return (performance.now() - began) / 1_000;
  } finally {
    await client.end();
  }
}
