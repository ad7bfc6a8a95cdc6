import type { Knex } from 'knex';

/** How much there is where, who holds some of it, and how it came to be so (docs/decisions/0091). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table catalog.stock_locations (
      id uuid primary key,
      code text not null constraint stock_locations_code unique check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      name text not null,
      -- Where orders are served from first: the lowest.
      priority integer not null check (priority >= 0),
      created_at timestamptz not null
    );
    create index stock_locations_by_time on catalog.stock_locations (created_at, id);
    grant select, insert on catalog.stock_locations to portico_app;

    create table catalog.stock_levels (
      variant_id uuid not null constraint stock_levels_variant references catalog.variants,
      location_id uuid not null constraint stock_levels_location references catalog.stock_locations,
      id uuid not null default uuidv7() constraint stock_levels_id unique,
      on_hand integer not null default 0,
      -- Counts what has expired, too, until the next write of this row frees it: readers subtract that.
      reserved integer not null default 0,
      primary key (variant_id, location_id),
      constraint stock_levels_on_hand check (on_hand between 0 and 1000000000),
      constraint stock_levels_reserved check (reserved between 0 and on_hand)
    ) with (fillfactor = 70);
    grant select, insert, update (on_hand, reserved) on catalog.stock_levels to portico_app;

    create table catalog.reservations (
      id uuid primary key default uuidv7(),
      order_id uuid not null,
      variant_id uuid not null,
      location_id uuid not null,
      quantity integer not null check (quantity > 0),
      state text not null check (state in ('held', 'consumed', 'released', 'expired')),
      expires_at timestamptz not null,
      created_at timestamptz not null,
      ended_at timestamptz,
      constraint reservations_ended check ((state = 'held') = (ended_at is null)),
      constraint reservations_level foreign key (variant_id, location_id) references catalog.stock_levels
    );
    create unique index reservations_held_once on catalog.reservations (order_id, variant_id, location_id) where state = 'held';
    create index reservations_of_order on catalog.reservations (order_id, created_at);
    create index reservations_held on catalog.reservations (variant_id, location_id, expires_at) where state = 'held';
    create index reservations_expiring on catalog.reservations (expires_at) where state = 'held';
    grant select, insert, update (state, expires_at, ended_at) on catalog.reservations to portico_app;

    -- Append-only by rights: what is on hand is the sum of these.
    create table catalog.stock_movements (
      id uuid primary key default uuidv7(),
      variant_id uuid not null,
      location_id uuid not null,
      delta integer not null check (delta <> 0),
      reason text not null,
      note text,
      -- What caused it: once per cause, variant and place.
      ref_type text not null check (ref_type in ('adjustment', 'transfer', 'reservation', 'return')),
      ref_id uuid not null,
      -- The account or client; null where Portico itself did it.
      moved_by uuid,
      at timestamptz not null,
      constraint stock_movements_once unique (ref_type, ref_id, variant_id, location_id),
      constraint stock_movements_level foreign key (variant_id, location_id) references catalog.stock_levels
    );
    create index stock_movements_newest on catalog.stock_movements (at, id);
    create index stock_movements_of_level on catalog.stock_movements (variant_id, location_id, at, id);
    grant select, insert on catalog.stock_movements to portico_app;
  `);
}
