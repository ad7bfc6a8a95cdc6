import type { Knex } from 'knex';

/** Choices made while Portico runs, and who was treated by which of them (docs/decisions/0094). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table platform.flags (
      key text primary key check (key ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(key) <= 60),
      description text not null check (char_length(description) <= 500),
      -- False is the kill switch.
      enabled boolean not null,
      default_variant text not null,
      -- [{name, weight}]
      variants jsonb not null check (jsonb_array_length(variants) between 1 and 20),
      -- [{attribute, anyOf, variant}], the first that fits decides
      rules jsonb not null check (jsonb_array_length(rules) <= 20),
      -- Of 10,000.
      rollout integer not null check (rollout between 0 and 10000),
      records_exposures boolean not null,
      version bigint not null default 1,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint flags_default_known check (variants @> jsonb_build_array(jsonb_build_object('name', default_variant)))
    );
    grant select, insert, delete, update (description, enabled, default_variant, variants, rules, rollout, records_exposures,
      version, updated_at) on platform.flags to portico_app;

    -- Also for changes by hand: whoever throws a kill switch in a console is in a hurry.
    create function platform.tell_flags_changed() returns trigger language plpgsql as $$
    begin
      perform pg_notify('portico_flags', '');
      return null;
    end $$;
    create trigger flags_changed after insert or update or delete or truncate on platform.flags
      for each statement execute function platform.tell_flags_changed();

    -- The first time that somebody was treated by a variant.
    create table platform.flag_exposures (
      flag_key text not null references platform.flags on delete cascade,
      user_id uuid not null,
      variant text not null,
      exposed_at timestamptz not null default clock_timestamp(),
      primary key (flag_key, user_id, variant)
    );
    create index flag_exposures_by_user on platform.flag_exposures (user_id);
    grant select, delete, insert (flag_key, user_id, variant) on platform.flag_exposures to portico_app;

    -- What the code asks for.
    insert into platform.flags (key, description, enabled, default_variant, variants, rules, rollout, records_exposures,
      created_at, updated_at)
    select key, description, true, 'off', '[{"name": "on", "weight": 1}, {"name": "off", "weight": 0}]', '[]', 10000, false, now(), now()
    from (values
      ('search-typo-tolerance', 'Whether the catalog''s search corrects words that are found nowhere.'),
      ('addresses-locate', 'Whether verifyAddress asks the geocoder, which may cost money, or looks at the form only.')
    ) f (key, description);
  `);
}
