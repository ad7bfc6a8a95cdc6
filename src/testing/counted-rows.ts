import { statement } from '../database/transaction.ts';

// Scenes for tests of the dashboard: rows of the contexts whose facts it counts.

/** `$1` the account's id. */
export const openPool = statement('', `insert into rewards.accounts (id, kind) values ($1, 'campaign-pool')`);

/** `$1` the users' ids. */
export const openWallets = statement(
  '',
  `insert into rewards.accounts (id, kind) select id, 'wallet' from unnest($1::uuid[]) id`,
);

/** One posting of a bonus: `$1` the pool, `$2` the wallet, `$3` the coins. */
export const postBonus = statement(
  'test.post_bonus',
  `insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id)
   select leg.account_id, leg.amount, 'bonus', leg.id
   from (select gen_random_uuid() as id) r
     cross join lateral (values (r.id, $2::uuid, $3::bigint), (r.id, $1::uuid, -$3::bigint)) leg (id, account_id, amount)`,
);

/** Bonuses of earlier days: `$1` the pool, `$2` the wallets, `$3` the coins of each, `$4` how many days ago. */
export const postBonusesAgo = statement(
  '',
  `insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id, created_at)
   select leg.account_id, leg.amount, 'bonus', p.ref, now() - $4::int * interval '1 day'
   from (select gen_random_uuid() as ref, w as wallet, c as coins from unnest($2::uuid[], $3::bigint[]) u (w, c)) p
     cross join lateral (values (p.wallet, p.coins), ($1::uuid, -p.coins)) leg (account_id, amount)`,
);

/** A bonus of one coin in each of 60 quarters: `$1` the pool, `$2` the wallet, `$3` the moment before them. */
export const postBonusesByQuarter = statement(
  '',
  `insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id, created_at)
   select leg.account, leg.amount, 'bonus', p.ref, p.at
   from (select gen_random_uuid() as ref, $3::timestamptz + n * interval '15 minutes' as at from generate_series(1, 60) n) p
     cross join lateral (values ($1::uuid, -1), ($2::uuid, 1)) leg (account, amount)`,
);

export const roundsByGame = statement<{ game: string; rounds: number; coins: number }>(
  '',
  `select game_id as game, count(*) as rounds, sum(coins) as coins from rewards.score_events group by 1 order by 1`,
);

export const sumOfLedger = statement<{ coins: number | null }>(
  '',
  'select sum(amount) as coins from rewards.ledger_entries where amount > 0',
);

/** What the ledger does not tell of what is posted between the two: rows from before there were facts. */
export const silenceLedger = statement('', 'alter table rewards.ledger_entries disable trigger record_ledger_facts');
export const unsilenceLedger = statement('', 'alter table rewards.ledger_entries enable trigger record_ledger_facts');

/** Three texts of two days ago with the keys a1 to a3. */
export const queueThreeTexts = statement(
  '',
  `insert into notifications.messages
     (id, dedupe_key, channel, class, address, body, state, deadline, next_attempt_at, created_at)
   select gen_random_uuid(), 'a' || n, 'sms', 'marketing', '+98912000000' || n, 'hello', 'queued', now() + interval '1 day', now(),
     now() - interval '2 days'
   from generate_series(1, 3) n`,
);

/** All of them but the first. */
export const cancelTwoTexts = statement(
  '',
  `update notifications.messages set state = 'cancelled', next_attempt_at = null, settled_at = now() where dedupe_key <> 'a1'`,
);
