import type { Knex } from 'knex';

/** Log-ins by other providers: those on their way, those that wait for the person, and the identities of accounts. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table identity.otp_challenges
      drop constraint otp_challenges_purpose_known,
      add constraint otp_challenges_purpose_known
        check (purpose in ('login', 'verify', 'reset', 'second-factor', 'phone-change', 'deletion', 'social')) not valid;

    -- A person on the way to a provider. What must come back is stored as hashes; what is needed then is sealed under a key
    -- that only the state gives.
    create table identity.social_logins (
      state_hash bytea primary key,
      ticket_hash bytea not null,
      provider text not null,
      sealed bytea not null,
      -- Who wants another way in; null when somebody logs in.
      user_id uuid references identity.users on delete cascade,
      expires_at timestamptz not null,
      constraint social_logins_hashed check (octet_length(state_hash) = 32 and octet_length(ticket_hash) = 32)
    );
    create index social_logins_expires_idx on identity.social_logins (expires_at);
    create index social_logins_user_idx on identity.social_logins (user_id) where user_id is not null;

    -- A person who came back and has no account here yet, or must say which. Who they are is sealed under a key that only
    -- the token gives: it concerns nobody before there is an account.
    create table identity.social_challenges (
      token_hash bytea primary key,
      sealed bytea not null,
      user_id uuid references identity.users on delete cascade,
      expires_at timestamptz not null,
      constraint social_challenges_hashed check (octet_length(token_hash) = 32)
    );
    create index social_challenges_expires_idx on identity.social_challenges (expires_at);
    create index social_challenges_user_idx on identity.social_challenges (user_id) where user_id is not null;

    create table identity.social_identities (
      id uuid primary key,
      user_id uuid not null references identity.users on delete cascade,
      provider text not null,
      issuer text not null,
      subject text not null,
      account text,
      linked_at timestamptz not null default clock_timestamp(),
      used_at timestamptz,
      constraint social_identities_one_owner unique (issuer, subject),
      constraint social_identities_one_per_issuer unique (user_id, issuer),
      constraint social_identities_subject_form check (char_length(subject) between 1 and 255)
    );

    grant select, insert, update, delete on identity.social_logins, identity.social_challenges, identity.social_identities
      to portico_app;
  `);
}
