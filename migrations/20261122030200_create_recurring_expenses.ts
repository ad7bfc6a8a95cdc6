import type { Knex } from 'knex';

/** Expenses that come again by the calendar, and which of their days have been written. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table teams.recurring_expenses (
      id uuid primary key,
      team_id uuid not null references teams.teams (id),
      -- What each expense is made of; judged when it is stored, and again each time.
      description text not null check (char_length(description) between 1 and 200),
      category text check (char_length(category) <= 40),
      notes text check (char_length(notes) <= 2000),
      amount text not null check (char_length(amount) <= 24),
      currency text not null check (currency ~ '^[A-Z]{3}$'),
      terms jsonb not null,
      -- Occurrence n is n times the interval after the first one, never after the one before: months have different lengths.
      starts_on date not null,
      unit text not null check (unit in ('day', 'week', 'month', 'year')),
      every integer not null check (every between 1 and 1000),
      time_zone text not null check (char_length(time_zone) <= 64),
      ends_on date,
      -- The occurrence that comes next and its day; null when there is none any more.
      next_number integer not null check (next_number >= 0),
      next_on date,
      state text not null check (state in ('active', 'suspended', 'deleted')),
      -- Why nothing is written any more until somebody changes it: a code of problems, or 'catch-up-limit'.
      suspended_reason text check (char_length(suspended_reason) <= 100),
      version integer not null default 1,
      created_by uuid not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint recurring_suspended_for_a_reason check ((state = 'suspended') = (suspended_reason is not null)),
      foreign key (team_id, created_by) references teams.members (team_id, id)
    ) with (fillfactor = 70);
    create index recurring_of_team on teams.recurring_expenses (team_id, id) where state <> 'deleted';
    create index recurring_due on teams.recurring_expenses (next_on) where state = 'active' and next_on is not null;
    grant select, insert, update (description, category, notes, amount, currency, terms, starts_on, unit, every, time_zone,
      ends_on, next_number, next_on, state, suspended_reason, version, updated_at) on teams.recurring_expenses to portico_app;

    -- Written by the transaction that writes the expense: a day has both or neither, and never twice.
    create table teams.recurring_occurrences (
      recurring_id uuid not null references teams.recurring_expenses (id),
      occurs_on date not null,
      entry_id uuid not null unique references teams.entries (id),
      primary key (recurring_id, occurs_on)
    );
    grant select, insert on teams.recurring_occurrences to portico_app;
  `);
}
