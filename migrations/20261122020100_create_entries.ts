import type { Knex } from 'knex';

/** What moves balances: entries and their legs (docs/decisions/0080). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(entries);
}

const entries = `
-- Whatever moves balances: one sum covers all kinds. Legs say who paid and who owes; both sums are the amount.
create table teams.entries (
  id uuid primary key,
  team_id uuid not null references teams.teams (id),
  kind text not null check (kind in ('expense', 'settlement', 'carry-over', 'conversion')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- In minor units of the currency.
  amount_minor bigint not null constraint entries_amount check (amount_minor between 1 and 9007199254740991),
  -- Only what is counted moves balances.
  state text not null check (state in ('counted', 'pending', 'void', 'deleted')),
  description text not null check (char_length(description) <= 200),
  category text check (category ~ '^[a-z]+(-[a-z]+)*$' and char_length(category) <= 40),
  occurred_on date not null,
  notes text check (char_length(notes) <= 2000),
  attachment_url text check (char_length(attachment_url) <= 1000),
  -- What was asked for, weights included: the legs are what came of it.
  terms jsonb,
  -- Moves with each statement that touches the legs.
  legs_revision integer not null default 0,
  version integer not null default 1,
  created_by uuid not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint entries_of_team unique (id, team_id, currency),
  foreign key (team_id, created_by) references teams.members (team_id, id)
) with (fillfactor = 70);
create index entries_by_day on teams.entries (team_id, kind, occurred_on, created_at, id);

-- A member's part of an entry. Never updated: an edit replaces them.
create table teams.legs (
  entry_id uuid not null,
  member_id uuid not null,
  team_id uuid not null,
  currency text not null,
  paid_minor bigint not null check (paid_minor >= 0),
  owed_minor bigint not null check (owed_minor >= 0),
  primary key (entry_id, member_id),
  constraint legs_of_entry foreign key (entry_id, team_id, currency) references teams.entries (id, team_id, currency),
  constraint legs_of_member foreign key (team_id, member_id) references teams.members (team_id, id)
);
create index legs_by_member on teams.legs (member_id, entry_id);

-- Expenses whose participants are not told of yet.
create table teams.notices (
  entry_id uuid primary key references teams.entries (id),
  actor_id uuid not null,
  created_at timestamptz not null default clock_timestamp()
);
create index notices_by_time on teams.notices (created_at);

create trigger legs_never_updated before update on teams.legs
  for each statement execute function teams.refuse_change();

-- No right to delete entries or truncate legs.
grant select, insert, update (currency, amount_minor, state, description, category, occurred_on, notes, attachment_url,
  terms, version, updated_at) on teams.entries to portico_app;
grant select, insert, delete on teams.legs to portico_app;
grant select, insert, delete on teams.notices to portico_app;
`;
