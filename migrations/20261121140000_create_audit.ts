import type { Knex } from 'knex';

/**
 * The audit log: who did what to what, when and from where. The application adds entries and reads them; nobody changes
 * them, and only their age lets them go.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(table);
  await knex.raw(guards);
  await knex.raw(adoptSecurityEvents);
}

const table = `
create table platform.audit_entries (
  id uuid primary key default uuidv7(),
  -- The database's clock: no process can date an entry back. The application may not write these three columns.
  occurred_at timestamptz not null default clock_timestamp(),
  transaction_id xid8 not null default pg_current_xact_id(),
  action text not null,
  -- What ran: an operationId or the name of a job; null for the command line.
  operation text,
  outcome text not null,
  actor_type text not null,
  actor_id uuid,
  session_id uuid,
  resource_type text not null,
  resource_id text,
  request_id uuid,
  correlation_id text,
  ip inet,
  changes jsonb not null default '{}',
  constraint audit_entries_action_form check (action ~ '^[a-z]+(-[a-z]+)*$' and char_length(action) <= 60),
  constraint audit_entries_resource_form
    check (resource_type ~ '^[a-z]+(-[a-z]+)*$' and char_length(resource_type) <= 60 and char_length(resource_id) <= 100),
  constraint audit_entries_outcome_known check (outcome in ('done', 'refused')),
  constraint audit_entries_actor_known check (actor_type in ('user', 'client', 'anonymous', 'system')),
  constraint audit_entries_actor_named check ((actor_type in ('user', 'client')) = (actor_id is not null)),
  constraint audit_entries_small check (jsonb_typeof(changes) = 'object' and octet_length(changes::text) <= 4096)
) with (autovacuum_vacuum_insert_scale_factor = 0.05);
create index audit_entries_by_time on platform.audit_entries (occurred_at desc, id desc);
create index audit_entries_by_actor on platform.audit_entries (actor_id, occurred_at desc, id desc)
  where actor_id is not null;
create index audit_entries_by_resource on platform.audit_entries (resource_id, occurred_at desc, id desc)
  where resource_id is not null;
create index audit_entries_by_action on platform.audit_entries (action, occurred_at desc, id desc);
create index audit_entries_by_request on platform.audit_entries (request_id) where request_id is not null;

grant select, insert (action, operation, outcome, actor_type, actor_id, session_id, resource_type, resource_id, request_id,
  correlation_id, ip, changes) on platform.audit_entries to portico_app;
`;

const guards = `
-- Rights already keep the application from it; this keeps owners and consoles from it too. Two things may happen to an
-- entry: it loses the network address of somebody who was erased, and it goes when it is older than 30 days.
create function platform.guard_audit_entries() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.ip is null and to_jsonb(new) - 'ip' = to_jsonb(old) - 'ip' then
    return new;
  elsif tg_op = 'DELETE' and old.occurred_at < clock_timestamp() - interval '30 days' then
    return old;
  end if;
  raise restrict_violation using message = 'the audit log is append-only', constraint = 'audit_entries_append_only',
    table = 'audit_entries', schema = 'platform';
end $$;
create trigger audit_entries_append_only before update or delete on platform.audit_entries
  for each row execute function platform.guard_audit_entries();
create trigger audit_entries_never_emptied before truncate on platform.audit_entries
  for each statement execute function platform.guard_audit_entries();

create function platform.delete_old_audit_entries(before timestamptz, most integer) returns integer
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with old as (
    select id from platform.audit_entries
    where occurred_at < least(before, clock_timestamp() - interval '30 days') order by occurred_at limit most),
  gone as (delete from platform.audit_entries e using old where e.id = old.id returning 1)
  select count(*)::integer from gone
$$;
revoke all on function platform.delete_old_audit_entries from public;
grant execute on function platform.delete_old_audit_entries to portico_app;

create function platform.forget_audit_addresses(person uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update platform.audit_entries set ip = null
  where ip is not null and (actor_id = person or (resource_id = person::text and actor_type = 'anonymous'))
$$;
revoke all on function platform.forget_audit_addresses from public;
grant execute on function platform.forget_audit_addresses to portico_app;

-- For other contexts' tables: a change that must not happen without its entry in the same transaction. Give it the type of
-- the resource; deferred, so that the entry may be written after the change.
create function platform.require_audit_entry() returns trigger language plpgsql as $$
declare
  changed text := case tg_op when 'DELETE' then old.id else new.id end;
begin
  if not exists (
    select from platform.audit_entries
    where resource_id = changed and resource_type = tg_argv[0]
      and occurred_at >= transaction_timestamp() and transaction_id = pg_current_xact_id()) then
    raise check_violation using message = format('%s of %s %s without an audit entry', tg_op, tg_argv[0], changed),
      constraint = 'audit_entries_required', table = tg_table_name, schema = tg_table_schema;
  end if;
  return null;
end $$;
`;

// The table itself stays until no release writes to it. Its details held numbers and addresses: they are not taken over.
const adoptSecurityEvents = `
insert into platform.audit_entries (id, occurred_at, action, outcome, actor_type, resource_type, resource_id)
select id, occurred_at, kind, case kind when 'refresh-token-reused' then 'refused' else 'done' end, 'anonymous', 'user', user_id::text
from identity.security_events;
`;
