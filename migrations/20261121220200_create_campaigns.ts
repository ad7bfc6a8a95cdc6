import type { Knex } from 'knex';

/** Who can be written to, scheduled campaigns with their frozen audiences, and what became of links and pictures in e-mails. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(recipients);
  await knex.raw(campaigns);
  await knex.raw(engagement);
  await knex.raw(cancelling);
}

const recipients = `
-- notifications' own copy of how accounts can be reached, fed by identity's events and by a sweep over what changed.
create table notifications.recipients (
  user_id uuid primary key,
  email text,
  phone text,
  -- ISO 3166-1 of the phone; null without one, and where a calling code is shared.
  country text check (country ~ '^[A-Z]{2}$'),
  roles text[] not null,
  registered_at timestamptz not null,
  constraint recipients_reachable check (num_nonnulls(email, phone) > 0)
);
create index recipients_by_country on notifications.recipients (country) where country is not null;
create index recipients_by_registration on notifications.recipients (registered_at);
grant select, insert, update, delete on notifications.recipients to portico_app;

-- How far the sweep has come in the order of changes.
create table notifications.recipients_mark (
  id boolean primary key default true check (id),
  changed_at timestamptz not null default '-infinity',
  user_id uuid not null default '00000000-0000-0000-0000-000000000000'
);
insert into notifications.recipients_mark default values;
grant select, update on notifications.recipients_mark to portico_app;
`;

const campaigns = `
create table notifications.campaigns (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 200),
  channel text not null check (channel in ('sms', 'email')),
  template_key text not null,
  template_version integer not null check (template_version > 0),
  variables jsonb not null,
  recipient_variables jsonb not null,
  segment jsonb not null,
  tracking boolean not null check (not tracking or channel = 'email'),
  scheduled_at timestamptz not null,
  state text not null check (state in ('scheduled', 'running', 'paused', 'finished', 'cancelled')),
  -- The audience is chosen once, at this moment, and never again.
  frozen_at timestamptz,
  audience integer not null default 0,
  -- Recipients without a message yet.
  pending integer not null default 0,
  skipped integer not null default 0,
  created_by uuid not null,
  created_at timestamptz not null,
  finished_at timestamptz,
  constraint campaigns_counts_plausible check (pending >= 0 and skipped >= 0 and pending + skipped <= audience),
  constraint campaigns_frozen_first check (frozen_at is not null or audience = 0),
  constraint campaigns_end check ((finished_at is not null) = (state in ('finished', 'cancelled'))),
  constraint campaigns_finish_whole check (state <> 'finished' or pending = 0)
);
create index campaigns_by_time on notifications.campaigns (created_at, id);
create index campaigns_open on notifications.campaigns (scheduled_at) where state in ('scheduled', 'running');
grant select, insert, update on notifications.campaigns to portico_app;

create table notifications.campaign_recipients (
  campaign_id uuid not null,
  recipient_id uuid not null,
  state text not null default 'pending' check (state in ('pending', 'queued', 'skipped')),
  message_id uuid,
  reason text,
  primary key (campaign_id, recipient_id),
  constraint campaign_recipients_say_why check ((reason is not null) = (state = 'skipped')),
  constraint campaign_recipients_have_message check ((message_id is not null) = (state = 'queued'))
);
create index campaign_recipients_pending on notifications.campaign_recipients (campaign_id, recipient_id)
  where state = 'pending';
grant select, insert, update on notifications.campaign_recipients to portico_app;

-- A frozen audience stays what it was, and a recipient has one message or none.
create function notifications.keep_campaign_recipients() returns trigger language plpgsql as $$
begin
  raise exception 'recipient % of campaign % is %', old.recipient_id, old.campaign_id, old.state
    using errcode = 'check_violation', constraint = 'campaign_recipients_once';
end $$;
create trigger campaign_recipients_once before update on notifications.campaign_recipients
  for each row when (old.state <> 'pending') execute function notifications.keep_campaign_recipients();
`;

const engagement = `
-- Where the links of a campaign's e-mails lead: links carry a number, never the address.
create table notifications.tracked_links (
  campaign_id uuid not null,
  number smallint not null check (number between 1 and 200),
  target text not null check (char_length(target) between 1 and 2000),
  primary key (campaign_id, number),
  constraint tracked_links_once unique (campaign_id, target)
);
grant select, insert on notifications.tracked_links to portico_app;

-- One row per message that was opened or clicked, so each recipient is counted once, beside all times.
create table notifications.engagements (
  message_id uuid primary key,
  campaign_id uuid not null,
  opens integer not null default 0,
  clicks integer not null default 0,
  first_opened_at timestamptz,
  first_clicked_at timestamptz,
  last_at timestamptz
);
create index engagements_by_campaign on notifications.engagements (campaign_id) include (opens, clicks);
grant select, insert, update on notifications.engagements to portico_app;
`;

const cancelling = `
-- As before, and what is claimed can be cancelled too: nobody has begun to send it.
create or replace function notifications.is_step(from_state text, to_state text) returns boolean
language sql immutable parallel safe as $$
  select case from_state
    when 'scheduled' then to_state in ('queued', 'claimed', 'cancelled')
    when 'queued' then to_state in ('claimed', 'cancelled', 'sent', 'delivered', 'undelivered', 'expired')
    when 'claimed' then
      to_state in ('sending', 'queued', 'suppressed', 'dead', 'unknown', 'cancelled', 'sent', 'delivered', 'undelivered', 'expired')
    when 'sending' then
      to_state in ('sent', 'retry_wait', 'unknown', 'dead', 'delivered', 'undelivered', 'expired')
    when 'retry_wait' then to_state in ('claimed', 'cancelled', 'sent', 'delivered', 'undelivered', 'expired')
    when 'unknown' then to_state in ('claimed', 'retry_wait', 'dead', 'sent', 'delivered', 'undelivered', 'expired')
    when 'sent' then to_state in ('delivered', 'undelivered', 'expired')
    when 'undelivered' then to_state = 'delivered'
    when 'expired' then to_state = 'delivered'
    when 'dead' then to_state = 'queued'
    else false end
$$;
`;
