import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What a report says of the address for good. A report that waits for its message keeps it until then.
    alter table notifications.reports add column recipient text;
    alter table notifications.reports add constraint reports_recipient_check
      check (recipient in ('gone', 'opted-out', 'unsubscribed', 'complained')) not valid;

    -- Who reported us as spam is left alone whatever they asked for before; neither START nor preferences lift it.
    alter table notifications.suppressions drop constraint suppressions_source_check;
    alter table notifications.suppressions add constraint suppressions_source_check
      check (source in ('staff', 'recipient', 'carrier', 'bounce', 'complaint')) not valid;
    -- A dead address or a complaint replaces what its owner could lift.
    grant update (source, reason) on notifications.suppressions to portico_app;
  `);
}
