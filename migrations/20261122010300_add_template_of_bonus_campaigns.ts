import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The published version that the campaign's texts are made from; null where they are made from message_template.
    alter table rewards.bonus_campaigns add column template_key text, add column template_version integer;
    alter table rewards.bonus_campaigns add constraint bonus_campaigns_template_whole
      check (num_nonnulls(template_key, template_version) in (0, 2)) not valid;
  `);
}
