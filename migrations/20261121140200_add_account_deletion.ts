import type { Knex } from 'knex';

/** What the deletion of an account leaves behind in each context, and what it may take away there. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table identity.otp_challenges
      drop constraint otp_challenges_purpose_known,
      add constraint otp_challenges_purpose_known
        check (purpose in ('login', 'verify', 'reset', 'second-factor', 'phone-change', 'deletion')) not valid;

    -- Sessions go with their account, but processes that missed the news must still find that they ended.
    create table identity.erased_sessions (
      id uuid primary key,
      erased_at timestamptz not null default clock_timestamp()
    );
    create index erased_sessions_by_time on identity.erased_sessions (erased_at);
    grant select, insert, delete on identity.erased_sessions to portico_app;

    -- The audit log has taken these over, without the numbers and addresses in their details.
    delete from identity.security_events;

    -- Whoever stands here is no member again, however late an old verification is heard.
    create table rewards.erased_members (
      user_id uuid primary key,
      erased_at timestamptz not null default clock_timestamp()
    );
    grant select, insert on rewards.erased_members to portico_app;

    grant delete on platform.sandbox_messages to portico_app;

    -- How far texts and addresses of old messages are forgotten; message ids sort by time.
    create table notifications.forgotten_messages (
      single boolean primary key default true check (single),
      last_id uuid not null
    );
    insert into notifications.forgotten_messages (last_id) values ('00000000-0000-0000-0000-000000000000');
    grant select, update on notifications.forgotten_messages to portico_app;
  `);
}
