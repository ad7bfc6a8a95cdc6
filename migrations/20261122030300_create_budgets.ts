import type { Knex } from 'knex';

/** What a team means to spend in a month, and who was told when it was nearly so much. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- All budgets of a team are changed at once: its row is their version.
    create table teams.budget_plans (
      team_id uuid primary key references teams.teams (id),
      version integer not null default 1
    ) with (fillfactor = 70);
    grant select, insert, update (version) on teams.budget_plans to portico_app;

    create table teams.budgets (
      team_id uuid not null references teams.budget_plans (team_id),
      -- Empty: everything the team spends in this currency.
      category text not null check (category = '' or category ~ '^[a-z]+(-[a-z]+)*$' and char_length(category) <= 40),
      currency text not null check (currency ~ '^[A-Z]{3}$'),
      -- Of one calendar month, in minor units.
      amount_minor bigint not null check (amount_minor between 1 and 1000000000000000),
      -- Percentages of the amount at which the owners are told, ascending.
      thresholds integer[] not null check (cardinality(thresholds) <= 5),
      primary key (team_id, category, currency)
    );
    grant select, insert, delete on teams.budgets to portico_app;

    -- Written with the messages: nobody is told twice of one threshold of one month.
    create table teams.budget_alerts (
      team_id uuid not null references teams.teams (id),
      category text not null,
      currency text not null,
      month date not null check (extract(day from month) = 1),
      threshold integer not null,
      told_at timestamptz not null,
      primary key (team_id, category, currency, month, threshold)
    );
    grant select, insert on teams.budget_alerts to portico_app;
  `);
}
