import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table platform.sandbox_messages (
      id uuid primary key,
      channel text not null check (channel in ('sms', 'email')),
      -- The sender's own key: a second delivery under it is the same message, as at a vendor that deduplicates.
      reference text not null check (char_length(reference) between 1 and 200),
      address text not null check (char_length(address) between 1 and 320),
      subject text check (char_length(subject) <= 255),
      body text not null check (char_length(body) <= 20000),
      report text check (report in ('delivered', 'undelivered')),
      -- When the report is due; null once it was taken in, or if it never comes.
      report_at timestamptz,
      reported_at timestamptz,
      created_at timestamptz not null,
      constraint sandbox_messages_once unique (channel, reference),
      check (report is not null or num_nonnulls(report_at, reported_at) = 0)
    ) with (fillfactor = 85);
    create index sandbox_messages_by_address on platform.sandbox_messages (address, id);
    create index sandbox_messages_report_due on platform.sandbox_messages (report_at) where report_at is not null;
    grant select, insert, update on platform.sandbox_messages to portico_app;

    create table platform.sandbox_behaviours (
      channel text primary key check (channel in ('sms', 'email')),
      fail_rate double precision not null default 0 check (fail_rate between 0 and 1),
      reject_rate double precision not null default 0 check (reject_rate between 0 and 1),
      lose_answer_rate double precision not null default 0 check (lose_answer_rate between 0 and 1),
      undelivered_rate double precision not null default 0 check (undelivered_rate between 0 and 1),
      lose_report_rate double precision not null default 0 check (lose_report_rate between 0 and 1),
      send_delay_milliseconds integer not null default 0 check (send_delay_milliseconds between 0 and 60000),
      report_delay_milliseconds integer not null default 1000 check (report_delay_milliseconds between 0 and 3600000),
      version integer not null default 1
    );
    insert into platform.sandbox_behaviours (channel) values ('sms'), ('email');
    grant select, update on platform.sandbox_behaviours to portico_app;
  `);
}
