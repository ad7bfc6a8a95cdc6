import type { Knex } from 'knex';

/** Second factors: authenticator apps, recovery codes, and log-ins that wait for either. */
export async function up(knex: Knex): Promise<void> {
  // Private keys are sealed under the key ring from now on. New ones are made at the next start; clients renew their tokens.
  await knex.raw('delete from identity.signing_keys');
  await knex.raw(tables);
}

const tables = `
create table identity.totp_factors (
  user_id uuid primary key references identity.users on delete cascade,
  secret_cipher bytea not null,
  confirmed_at timestamptz,
  last_used_step bigint,
  failed_at timestamptz[] not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  constraint totp_factors_confirmed_by_a_step check (confirmed_at is null or last_used_step is not null),
  constraint totp_factors_sliding_quarter check (cardinality(failed_at) <= 10)
);
create index totp_factors_key_idx on identity.totp_factors
  (encode(substring(secret_cipher from 2 for get_byte(secret_cipher, 0)), 'escape'));
create index totp_factors_pending_idx on identity.totp_factors (created_at) where confirmed_at is null;

create table identity.recovery_codes (
  user_id uuid not null references identity.totp_factors on delete cascade,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);

create table identity.login_challenges (
  token_hash bytea primary key,
  user_id uuid not null references identity.totp_factors on delete cascade,
  session_id uuid not null unique,
  device text,
  created_ip inet not null,
  attempts smallint not null default 0,
  expires_at timestamptz not null,
  constraint login_challenges_attempt_budget check (attempts between 0 and 5)
);
create index login_challenges_user_idx on identity.login_challenges (user_id);
create index login_challenges_expires_idx on identity.login_challenges (expires_at);

grant select, insert, update, delete on
  identity.totp_factors, identity.recovery_codes, identity.login_challenges to portico_app;
`;
