import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What a message is about, its HTML beside the text, and the version of the template it was made from. All null for the
    -- texts of the code.
    alter table notifications.messages add column category text, add column html text, add column template_version_id uuid;

    -- A person without a row has switched nothing off, and their language and zone are guessed.
    create table notifications.preferences (
      user_id uuid primary key,
      locale text,
      time_zone text,
      -- sms:promotions, email:news, …: marketing only, nothing else can be switched off.
      switched_off text[] not null,
      version bigint not null default 1,
      updated_at timestamptz not null,
      constraint preferences_of_marketing check (switched_off <@ array[
        'sms:promotions', 'sms:news', 'sms:reminders', 'email:promotions', 'email:news', 'email:reminders'])
    );
    grant select, insert, update, delete on notifications.preferences to portico_app;

    -- Who suppressed: staff, the recipient (STOP, the link in a mail), the carrier at the recipient's wish, or an address that
    -- does not exist. START lifts what recipient and carrier did, nothing else.
    alter table notifications.suppressions add column source text not null default 'staff'
      check (source in ('staff', 'recipient', 'carrier', 'bounce'));

    -- Texts that people sent us, each once. Only what they asked for is kept, not what they wrote.
    create table notifications.inbound_messages (
      provider text not null,
      event_key text not null check (char_length(event_key) between 1 and 300),
      address text not null,
      asked text not null check (asked in ('stop', 'start', 'nothing')),
      received_at timestamptz not null,
      constraint inbound_messages_once primary key (provider, event_key)
    );
    create index inbound_messages_by_time on notifications.inbound_messages (received_at);
    create index inbound_messages_by_address on notifications.inbound_messages (address);
    grant select, insert, delete on notifications.inbound_messages to portico_app;
  `);
}
