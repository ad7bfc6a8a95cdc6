import type { Knex } from 'knex';

/**
 * Accounts, sign-ups, sessions, one-time codes and signing keys.
 *
 * An address is in `users` only after its possession was proven; before that it stands in `registrations` or
 * `email_changes`, where it is not unique, so nobody can squat it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(accounts);
  await knex.raw(sessions);
  await knex.raw(codes);
  await knex.raw(keys);
  await knex.raw(grants);
}

const accounts = `
create schema identity;

create table identity.users (
  id uuid primary key,
  email text,
  email_verified_at timestamptz,
  phone text,
  phone_verified_at timestamptz,
  password_hash text not null,
  password_scheme text not null,
  gender text not null,
  age smallint not null,
  roles text[] not null default '{user}',
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  constraint users_email_verified check ((email is null) = (email_verified_at is null)),
  constraint users_email_form check (email = lower(email) and octet_length(email) <= 254),
  constraint users_phone_verified check ((phone is null) = (phone_verified_at is null)),
  constraint users_phone_form check (phone ~ '^\\+[1-9][0-9]{6,14}$'),
  constraint users_gender_known check (gender in ('female', 'male', 'other', 'undisclosed')),
  constraint users_age_plausible check (age between 1 and 150),
  constraint users_roles_known check (roles <@ array['user', 'staff', 'admin'] and cardinality(roles) >= 1)
);
create unique index users_verified_email_key on identity.users (email) where email_verified_at is not null;
create unique index users_verified_phone_key on identity.users (phone) where phone_verified_at is not null;
create index users_created_idx on identity.users (created_at desc, id desc);
create index users_admins_idx on identity.users (id) where 'admin' = any (roles);

create table identity.registrations (
  id uuid primary key,
  email text,
  phone text,
  password_hash text not null,
  password_scheme text not null,
  gender text not null,
  age smallint not null,
  token_hash bytea,
  token_expires_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  constraint registrations_one_identifier check (num_nonnulls(email, phone) = 1),
  constraint registrations_token_expires check ((token_hash is null) = (token_expires_at is null))
);
create unique index registrations_token_key on identity.registrations (token_hash) where token_hash is not null;
create index registrations_email_idx on identity.registrations (email) where email is not null;
create index registrations_phone_idx on identity.registrations (phone) where phone is not null;
create index registrations_created_idx on identity.registrations (created_at);

create table identity.email_changes (
  user_id uuid primary key references identity.users on delete cascade,
  request_id uuid not null,
  email text not null,
  token_hash bytea,
  token_expires_at timestamptz,
  requested_at timestamptz not null default clock_timestamp(),
  constraint email_changes_token_expires check ((token_hash is null) = (token_expires_at is null))
);
create unique index email_changes_token_key on identity.email_changes (token_hash) where token_hash is not null;
create index email_changes_email_idx on identity.email_changes (email);

create table identity.password_resets (
  user_id uuid primary key references identity.users on delete cascade,
  request_id uuid not null,
  token_hash bytea not null,
  expires_at timestamptz not null
);
create unique index password_resets_token_key on identity.password_resets (token_hash);

create table identity.security_events (
  id uuid primary key,
  kind text not null,
  user_id uuid,
  details jsonb not null,
  occurred_at timestamptz not null default clock_timestamp()
);
create index security_events_user_idx on identity.security_events (user_id, occurred_at desc);
`;

const sessions = `
create table identity.sessions (
  id uuid primary key,
  user_id uuid not null references identity.users on delete cascade,
  gen integer not null default 1,
  device text,
  created_ip inet not null,
  created_at timestamptz not null default clock_timestamp(),
  renewed_at timestamptz not null default clock_timestamp(),
  idle_expires_at timestamptz not null,
  absolute_expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text,
  constraint sessions_revoked_with_reason check ((revoked_at is null) = (revoked_reason is null))
);
create index sessions_live_idx on identity.sessions (user_id, created_at desc, id desc) where revoked_at is null;
create index sessions_revoked_idx on identity.sessions (revoked_at) where revoked_at is not null;
create index sessions_absolute_idx on identity.sessions (absolute_expires_at);

create table identity.refresh_tokens (
  token_hash bytea primary key,
  session_id uuid not null references identity.sessions on delete cascade,
  gen integer not null,
  used_at timestamptz,
  successor_cipher bytea,
  constraint refresh_tokens_one_per_generation unique (session_id, gen),
  constraint refresh_tokens_used_with_successor check ((used_at is null) = (successor_cipher is null))
);

create unlogged table identity.login_throttles (
  key bytea primary key,
  failures integer not null,
  blocked_until timestamptz not null,
  last_at timestamptz not null
);
create index login_throttles_last_idx on identity.login_throttles (last_at);
`;

const codes = `
create table identity.otp_challenges (
  purpose text not null,
  identifier text not null,
  request_id uuid not null,
  code_hmac bytea not null,
  attempts smallint not null default 0,
  expires_at timestamptz not null,
  consumed_at timestamptz,
  primary key (purpose, identifier),
  constraint otp_challenges_purpose_known
    check (purpose in ('login', 'verify', 'reset', 'second-factor', 'phone-change')),
  constraint otp_challenges_attempt_budget check (attempts between 0 and 5)
);
create index otp_challenges_expires_idx on identity.otp_challenges (expires_at);

create table identity.otp_budgets (
  identifier text primary key,
  failed_at timestamptz[] not null default '{}',
  touched_at timestamptz not null default clock_timestamp(),
  constraint otp_budgets_sliding_hour check (cardinality(failed_at) <= 10)
);
create index otp_budgets_touched_idx on identity.otp_budgets (touched_at);

create table identity.send_budgets (
  identifier text primary key,
  sent_at timestamptz[] not null,
  touched_at timestamptz not null default clock_timestamp()
);
create index send_budgets_touched_idx on identity.send_budgets (touched_at);

create table identity.network_budgets (
  network text not null,
  day date not null,
  used integer not null,
  primary key (network, day)
);
create index network_budgets_day_idx on identity.network_budgets (day);
`;

const keys = `
create table identity.signing_keys (
  kid text primary key,
  state text not null,
  public_jwk jsonb not null,
  private_cipher bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  activated_at timestamptz,
  retired_at timestamptz,
  constraint signing_keys_state_known check (state in ('next', 'current', 'retired')),
  constraint signing_keys_activated check (state = 'next' or activated_at is not null),
  constraint signing_keys_retired check ((state = 'retired') = (retired_at is not null))
);
create unique index signing_keys_one_current_key on identity.signing_keys (state) where state in ('next', 'current');
`;

const grants = `
grant usage on schema identity to portico_app;
grant select, insert, update, delete on
  identity.users, identity.registrations, identity.email_changes, identity.password_resets, identity.sessions,
  identity.refresh_tokens, identity.login_throttles, identity.otp_challenges, identity.otp_budgets,
  identity.send_budgets, identity.network_budgets, identity.signing_keys to portico_app;
grant select, insert on identity.security_events to portico_app;
`;
