import type { Knex } from 'knex';

/** Game rounds that can be played once, the score events they leave, and the leaderboards that are made of those. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table rewards.accounts
      drop constraint accounts_kind_check,
      add constraint accounts_kind_known check (kind in ('wallet', 'campaign-pool', 'prize-pool', 'sink')) not valid;

    -- Where won coins come from. Many accounts, because each play that wins holds its one until it commits.
    insert into rewards.accounts (id, kind)
      select ('00000000-0000-8000-8000-0000000001' || lpad(to_hex(n), 2, '0'))::uuid, 'prize-pool' from generate_series(0, 63) n;

    create table rewards.game_rounds (
      id uuid primary key,
      user_id uuid not null,
      game_id text not null,
      rules_version integer not null,
      state text not null default 'open' check (state in ('open', 'finished', 'expired')),
      -- A secret until the round is no longer open; its SHA-256 was given out at the start.
      server_seed bytea not null check (length(server_seed) = 32),
      nonce_hash bytea not null check (length(nonce_hash) = 32),
      started_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > started_at),
      finished_at timestamptz,
      client_seed text,
      choices jsonb,
      outcome jsonb,
      score bigint check (score >= 0),
      coins bigint check (coins >= 0),
      constraint game_rounds_finished_is_whole check (
        case state when 'finished' then num_nulls(finished_at, client_seed, choices, outcome, score, coins) = 0
        else num_nonnulls(finished_at, client_seed, choices, outcome, score, coins) = 0 end)
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
    create unique index game_rounds_one_open on rewards.game_rounds (user_id, game_id) where state = 'open';
    create index game_rounds_newest on rewards.game_rounds (user_id, id desc);
    create index game_rounds_expiring on rewards.game_rounds (expires_at) where state = 'open';

    -- What a round came to. Append-only for the application, but for the erasure of a person.
    create table rewards.score_events (
      round_id uuid primary key,
      user_id uuid not null,
      game_id text not null,
      score bigint not null check (score >= 0),
      coins bigint not null check (coins >= 0),
      finished_at timestamptz not null
    );
    create index score_events_of_player on rewards.score_events (user_id, game_id, finished_at);

    create table rewards.game_players (
      user_id uuid not null,
      game_id text not null,
      rounds bigint not null,
      points bigint not null,
      best bigint not null,
      best_at timestamptz not null,
      streak_days integer not null check (streak_days > 0),
      longest_streak_days integer not null check (longest_streak_days >= streak_days),
      last_day date not null,
      primary key (user_id, game_id)
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

    -- When the period of a board began that holds this moment.
    create function rewards.board_period(period text, zone text, moment timestamptz) returns timestamptz
      language sql stable parallel safe return case period
        when 'daily' then date_trunc('day', moment, zone)
        when 'weekly' then date_trunc('week', moment, zone)
        else 'epoch'::timestamptz end;

    -- bucket is where the score belongs in the histogram, counted_bucket where it is counted so far. Players change only
    -- their own row; rows whose buckets differ are few, and correct what the histogram does not know yet.
    create table rewards.leaderboard_entries (
      board text not null,
      period_start timestamptz not null,
      user_id uuid not null,
      score bigint not null check (score between 1 and 1000000000000000),
      reached_at timestamptz not null,
      bucket integer not null generated always as (floor(sqrt(score::double precision))::integer) stored,
      counted_bucket integer,
      primary key (board, period_start, user_id)
    ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
    create index leaderboard_entries_ranked
      on rewards.leaderboard_entries (board, period_start, score desc, reached_at, user_id);
    create index leaderboard_entries_uncounted
      on rewards.leaderboard_entries (board, period_start, bucket, counted_bucket)
      where bucket is distinct from counted_bucket;

    create table rewards.score_histogram (
      board text not null,
      period_start timestamptz not null,
      bucket integer not null,
      n bigint not null constraint score_histogram_not_negative check (n >= 0),
      primary key (board, period_start, bucket)
    ) with (fillfactor = 50);

    grant select, insert, delete, update (state, finished_at, client_seed, choices, outcome, score, coins)
      on rewards.game_rounds to portico_app;
    grant select, insert, delete on rewards.score_events to portico_app;
    grant select, insert, update, delete
      on rewards.game_players, rewards.leaderboard_entries, rewards.score_histogram to portico_app;
  `);
}
