import type { Knex } from 'knex';

/** Accounts can be locked and wait for their deletion; there is always an admin; and such changes are always audited. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table identity.users
      add column locked_at timestamptz,
      add column lock_reason text
        constraint users_locked_with_reason check ((locked_at is null) = (lock_reason is null))
        constraint users_lock_reason_size check (char_length(lock_reason) between 1 and 500),
      add column locked_by uuid,
      add column deletion_requested_at timestamptz,
      add column deletion_due_at timestamptz
        constraint users_deletion_is_due check ((deletion_requested_at is null) = (deletion_due_at is null));

    -- An admin who can act: neither locked nor about to be deleted.
    create function identity.keep_an_admin() returns trigger language plpgsql as $$
    begin
      if not ('admin' = any (old.roles) and old.locked_at is null and old.deletion_due_at is null) then
        return null;
      elsif tg_op = 'UPDATE' and 'admin' = any (new.roles) and new.locked_at is null and new.deletion_due_at is null then
        return null;
      end if;
      -- One after the other until the commit: two admins could otherwise remove each other. What follows is a statement of
      -- its own and sees what was committed during the wait.
      perform pg_advisory_xact_lock(hashtext('identity.admins'));
      if not exists (
        select from identity.users where 'admin' = any (roles) and locked_at is null and deletion_due_at is null) then
        raise check_violation using message = 'this would leave no admin', constraint = 'users_keep_an_admin',
          table = 'users', schema = 'identity';
      end if;
      return null;
    end $$;
    create trigger users_keep_an_admin after update of roles, locked_at, deletion_due_at or delete on identity.users
      for each row execute function identity.keep_an_admin();

    create constraint trigger users_changes_are_audited after update on identity.users deferrable initially deferred
      for each row when (old.roles is distinct from new.roles or old.locked_at is distinct from new.locked_at
        or old.deletion_due_at is distinct from new.deletion_due_at)
      execute function platform.require_audit_entry('user');
    create constraint trigger users_deletions_are_audited after delete on identity.users deferrable initially deferred
      for each row execute function platform.require_audit_entry('user');
  `);
}
