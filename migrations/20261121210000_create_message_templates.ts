import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table notifications.templates (
      id uuid primary key,
      key text not null constraint templates_key unique check (key ~ '^[a-z][a-z0-9]*([.-][a-z0-9]+)*$' and char_length(key) <= 64),
      channel text not null check (channel in ('sms', 'email')),
      category text not null check (category in ('account', 'rewards', 'promotions', 'news', 'reminders')),
      description text not null check (char_length(description) <= 500),
      published_version_id uuid,
      archived boolean not null default false,
      version bigint not null default 1,
      created_at timestamptz not null,
      updated_at timestamptz not null
    );
    create index templates_by_time on notifications.templates (created_at, id);
    grant select, insert, update, delete on notifications.templates to portico_app;

    create table notifications.template_versions (
      id uuid primary key,
      template_id uuid not null references notifications.templates on delete cascade,
      number integer not null check (number > 0),
      default_locale text not null,
      variables jsonb not null,
      contents jsonb not null,
      published_at timestamptz,
      revision bigint not null default 1,
      created_at timestamptz not null,
      constraint template_versions_number unique (template_id, number),
      -- What a template publishes is a version of its own.
      constraint template_versions_of_template unique (template_id, id)
    );
    create unique index template_versions_one_draft on notifications.template_versions (template_id)
      where published_at is null;
    grant select, insert, update, delete on notifications.template_versions to portico_app;

    alter table notifications.templates add constraint templates_publish_their_own
      foreign key (id, published_version_id) references notifications.template_versions (template_id, id);

    -- Messages say which version they were made from: what was published can be read for ever, as it was.
    create function notifications.keep_published_versions() returns trigger language plpgsql as $$
    begin
      raise exception 'version % of template % is published', old.number, old.template_id
        using errcode = 'check_violation', constraint = 'template_versions_keep_published';
    end $$;
    create trigger template_versions_keep_published before update or delete on notifications.template_versions
      for each row when (old.published_at is not null) execute function notifications.keep_published_versions();
  `);
}
