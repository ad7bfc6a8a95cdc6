import type { Knex } from 'knex';

/**
 * The application's role and its only way into the job queue, plus the table of work that failed for good.
 *
 * The owner that migrates keeps every right; the API and the tasks run as `portico_app`, which gets exactly what each later
 * migration grants.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    do $$
    begin
      -- Roles belong to the cluster: another database of it, or another start, may have been first.
      if not exists (select from pg_roles where rolname = 'portico_app') then
        create role portico_app nologin;
      end if;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise insufficient_privilege using message = format(
          '%I may not create roles; let a superuser run: create role portico_app nologin; grant portico_app to %I', current_user, current_user);
    end $$;
    do $$
    begin
      -- "set", not "member": who created the role is its member but may not become it (PostgreSQL 16).
      if not pg_has_role(current_user, 'portico_app', 'set') then
        execute format('grant portico_app to %I', current_user);
      end if;
    exception
      when insufficient_privilege then
        raise insufficient_privilege using message = format(
          '%I may not become portico_app; let a superuser run: grant portico_app to %I', current_user, current_user);
    end $$;

    create schema if not exists platform;
    grant usage on schema platform to portico_app;
    grant select on platform.migrations to portico_app;

    -- The application may add jobs and nothing else: it can neither read nor change the queue.
    create function platform.enqueue_job(
      task text, payload json, job_key text, run_at timestamptz, max_attempts integer, priority integer
    ) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $$
    declare
      added bigint;
    begin
      -- A worker that takes the job with this key while add_job looks makes add_job do nothing and answer null: the job
      -- would be lost. Looking again sees the taken one and puts a fresh one beside it.
      while added is null loop
        select id into added from graphile_worker.add_job(
          task, payload, queue_name => null, run_at => run_at, max_attempts => max_attempts, job_key => job_key,
          priority => priority
        );
      end loop;
    end $$;
    revoke all on function platform.enqueue_job from public;
    grant execute on function platform.enqueue_job to portico_app;

    create table platform.dead_letters (
      id uuid primary key,
      task text not null check (char_length(task) between 1 and 100),
      -- Names the one thing that failed, unique while not redriven: a second failure of it is the same dead letter.
      ref text not null check (char_length(ref) between 1 and 200),
      reason text not null check (char_length(reason) between 1 and 2000),
      -- Kept as it was enqueued: jsonb would refuse the character U+0000 in a text of it.
      payload json not null,
      attempts integer not null check (attempts > 0),
      first_failed_at timestamptz not null,
      last_failed_at timestamptz not null,
      redriven_at timestamptz,
      redriven_by uuid,
      check (redriven_by is null or redriven_at is not null)
    );
    create unique index dead_letters_open on platform.dead_letters (task, ref) where redriven_at is null;
    create index dead_letters_by_time on platform.dead_letters (last_failed_at desc, id desc);
    grant select, insert, update on platform.dead_letters to portico_app;
  `);
}
