import type { Knex } from 'knex';

/** What members say about expenses, and who wants to be reminded to settle. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table teams.comments (
      id uuid primary key,
      team_id uuid not null,
      entry_id uuid not null references teams.entries (id),
      member_id uuid not null,
      text text not null check (char_length(text) between 1 and 1000),
      created_at timestamptz not null,
      foreign key (team_id, member_id) references teams.members (team_id, id)
    );
    create index comments_of_entry on teams.comments (entry_id, created_at, id);
    grant select, insert, delete on teams.comments to portico_app;

    -- Who asked for the weekly digest; whoever did not has no row.
    create table teams.digests (
      user_id uuid primary key,
      asked_at timestamptz not null
    );
    grant select, insert, delete on teams.digests to portico_app;
  `);
}
