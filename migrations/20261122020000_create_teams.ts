import type { Knex } from 'knex';

/** Teams, who is in them and how people come in, and what happened there. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(people);
  await knex.raw(owners);
}

const people = `
create schema teams;

create table teams.teams (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 100),
  archived_at timestamptz,
  -- Counts the changes of the team and of its members.
  version integer not null default 1,
  created_at timestamptz not null
) with (fillfactor = 70);

-- Who is or was in a team. Without an account it is a placeholder, which an invitation may turn into a person.
create table teams.members (
  id uuid primary key,
  team_id uuid not null references teams.teams (id),
  user_id uuid,
  name text not null check (char_length(name) between 1 and 100),
  role text not null check (role in ('owner', 'member', 'viewer')),
  joined_at timestamptz not null,
  left_at timestamptz,
  constraint members_owner_has_account check (role <> 'owner' or user_id is not null or left_at is not null),
  constraint members_once unique (team_id, user_id),
  constraint members_of_team unique (team_id, id)
) with (fillfactor = 70);
create index members_by_user on teams.members (user_id, joined_at, team_id) where left_at is null;

create table teams.invitations (
  id uuid primary key,
  team_id uuid not null references teams.teams (id),
  -- The placeholder that whoever accepts becomes; null: a new member.
  member_id uuid,
  email text check (char_length(email) <= 254),
  role text not null check (role in ('owner', 'member', 'viewer')),
  -- SHA-256 of the token, which only the invited person has.
  token_hash bytea not null constraint invitations_token unique,
  invited_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  claimed_at timestamptz,
  claimed_by uuid,
  constraint invitations_claimed_by_somebody check ((claimed_at is null) = (claimed_by is null)),
  foreign key (team_id, member_id) references teams.members (team_id, id),
  foreign key (team_id, invited_by) references teams.members (team_id, id),
  foreign key (team_id, claimed_by) references teams.members (team_id, id)
);
create index invitations_open on teams.invitations (team_id, created_at, id) where claimed_at is null;

-- What happened in a team, one row per write. Names of people never stand in it.
create table teams.history (
  id uuid primary key default uuidv7(),
  team_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  -- The member who did it; null: Portico itself.
  actor_id uuid,
  action text not null check (action ~ '^[a-z]+(-[a-z]+)*$'),
  subject text not null check (subject ~ '^[a-z]+(-[a-z]+)*$'),
  subject_id uuid not null,
  before jsonb,
  after jsonb,
  request_id uuid
);
create index history_of_team on teams.history (team_id, at, id);
create index history_of_subject on teams.history (subject_id, at, id);

create function teams.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is never updated', tg_table_name using errcode = 'check_violation', constraint = tg_name;
end $$;
create trigger history_never_changed before update or delete on teams.history
  for each statement execute function teams.refuse_change();
`;

const owners = `
-- Two owners who leave at once wait for each other here, and the second one sees that the first is gone.
create function teams.teams_must_have_owner() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  perform from teams.teams t where t.id = new.team_id and t.archived_at is null for no key update;
  if found and not exists (select from teams.members m
    where m.team_id = new.team_id and m.role = 'owner' and m.left_at is null) then
    raise exception 'team % has no owner', new.team_id
      using errcode = 'check_violation', constraint = 'teams_have_owner';
  end if;
  return null;
end $$;
create constraint trigger teams_have_owner after update on teams.members
  deferrable initially deferred for each row
  when (old.role = 'owner' and (new.role <> 'owner' or new.left_at is not null))
  execute function teams.teams_must_have_owner();

-- Invitations that nobody has accepted may go; the rest stays.
grant usage on schema teams to portico_app;
grant select, insert, update (name, archived_at, version) on teams.teams to portico_app;
grant select, insert, update (user_id, name, role, joined_at, left_at) on teams.members to portico_app;
grant select, insert, update (email, claimed_at, claimed_by), delete on teams.invitations to portico_app;
grant select, insert on teams.history to portico_app;
`;
