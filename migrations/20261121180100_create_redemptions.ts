import type { Knex } from 'knex';

/** What coins buy, and who bought it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table rewards.rewards (
      id uuid primary key,
      name text not null,
      description text not null,
      cost bigint not null check (cost > 0),
      -- Null: there is always one more.
      stock integer constraint rewards_stock_not_negative check (stock >= 0),
      retired boolean not null default false,
      version integer not null default 1,
      created_by uuid not null,
      created_at timestamptz not null
    ) with (fillfactor = 70);
    create index rewards_newest on rewards.rewards (retired, created_at, id);

    -- Name and coins are copied: what was bought stays what it was.
    create table rewards.redemptions (
      id uuid primary key,
      user_id uuid not null,
      reward_id uuid not null references rewards.rewards (id),
      reward_name text not null,
      coins bigint not null check (coins > 0),
      created_at timestamptz not null,
      refunded_at timestamptz,
      refunded_by uuid,
      constraint redemptions_refunded_by_somebody check ((refunded_at is null) = (refunded_by is null))
    );
    create index redemptions_newest on rewards.redemptions (user_id, created_at, id);

    grant select, insert, update (name, description, cost, stock, retired, version) on rewards.rewards to portico_app;
    grant select, insert, update (refunded_at, refunded_by) on rewards.redemptions to portico_app;
  `);
}
