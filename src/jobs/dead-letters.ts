import type { Queryable, Transaction } from '../database/transaction.ts';
import { statement } from '../database/transaction.ts';
import { newId } from '../shared/id.ts';
import { enqueue } from './enqueue.ts';

/** Work that failed for good and waits for a person. */
export interface DeadLetter {
  readonly id: string;
  /** The job that failed: redriving enqueues it again. */
  readonly task: string;
  /** The one thing it was about: a job key, a message id. */
  readonly ref: string;
  readonly reason: string;
  readonly payload: object;
  readonly attempts: number;
  readonly firstFailedAt: Date;
  readonly lastFailedAt: Date;
  readonly redrivenAt: Date | null;
  readonly redrivenBy: string | null;
}

export interface Failure {
  readonly task: string;
  readonly ref: string;
  /** For a person; cut at 2,000 characters. No personal data, no secrets. */
  readonly reason: string;
  readonly payload: object;
  readonly attempts: number;
}

const columns = `id, task, ref, reason, payload, attempts, first_failed_at as "firstFailedAt", last_failed_at as "lastFailedAt",
  redriven_at as "redrivenAt", redriven_by as "redrivenBy"`;

const recordFailures = statement(
  'platform.record_dead_letters',
  `insert into platform.dead_letters (id, task, ref, reason, payload, attempts, first_failed_at, last_failed_at)
   select f.id, f.task, f.ref, left(f.reason, 2000), f.payload, f.attempts, clock_timestamp(), clock_timestamp()
   from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::json[], $6::integer[])
     as f (id, task, ref, reason, payload, attempts)
   order by f.task, f.ref
   on conflict (task, ref) where redriven_at is null do update
     set reason = excluded.reason, payload = excluded.payload, attempts = dead_letters.attempts + excluded.attempts,
         last_failed_at = excluded.last_failed_at`,
);

/** Puts failures where a person finds them. The same thing failing again, not yet redriven, stays one dead letter. */
export async function recordDeadLetters(database: Queryable, failures: readonly Failure[]): Promise<void> {
  if (failures.length === 0) return;
  await database.query(recordFailures, [
    failures.map(() => newId()),
    failures.map(({ task }) => task),
    failures.map(({ ref }) => ref.slice(0, 200)),
    // PostgreSQL keeps no U+0000 in a text.
    failures.map(({ reason }) => reason.replaceAll('\0', '').trim() || 'no reason given'),
    failures.map(({ payload }) => JSON.stringify(payload)),
    failures.map(({ attempts }) => attempts),
  ]);
}

const claimForRedrive = statement<{ task: string; payload: object }>(
  'platform.claim_dead_letters',
  `update platform.dead_letters set redriven_at = clock_timestamp(), redriven_by = $3
   where id in (
     select id from platform.dead_letters
     where redriven_at is null and ($1::uuid[] is null or id = any($1)) and ($2::text is null or task = $2)
       and ($5::text is null or reason = $5)
     order by id limit $4 for update skip locked)
   returning task, payload`,
);

export interface Redrive {
  /** Only these; null is all that match `task` and `reason`. */
  readonly ids: readonly string[] | null;
  readonly task: string | null;
  /** Exactly this reason; null is any. */
  readonly reason: string | null;
  /** Who asked, for the audit. */
  readonly by: string | null;
  /** At most so many in this transaction. */
  readonly limit: number;
}

/**
 * Enqueues dead letters again, each once however many people ask at the same time.
 * @returns how many were enqueued.
 */
export async function redriveDeadLetters(tx: Transaction, redrive: Redrive): Promise<number> {
  const claimed = await tx.query(claimForRedrive, [
    redrive.ids,
    redrive.task,
    redrive.by,
    redrive.limit,
    redrive.reason,
  ]);
  for (const { task, payload } of claimed) await enqueue(tx, { name: task }, payload);
  return claimed.length;
}

const close = statement(
  'platform.close_dead_letters',
  `update platform.dead_letters set redriven_at = clock_timestamp(), redriven_by = $3
   where task = $1 and ref = any ($2) and redriven_at is null`,
);

/** Marks the open dead letters about these things as run again, for whoever has run them again by another way. */
export async function closeDeadLetters(
  tx: Transaction,
  { task, refs, by }: { readonly task: string; readonly refs: readonly string[]; readonly by: string },
): Promise<void> {
  if (refs.length > 0) await tx.query(close, [task, refs, by]);
}

const find = statement<DeadLetter>(
  'platform.find_dead_letter',
  `select ${columns} from platform.dead_letters where id = $1`,
);

export async function findDeadLetter(database: Queryable, id: string): Promise<DeadLetter | null> {
  return (await database.query(find, [id]))[0] ?? null;
}

/** A dead letter and its sort key as PostgreSQL writes it: microseconds would be lost in a Date. */
export type ListedDeadLetter = DeadLetter & { readonly sortKey: string };

const list = statement<ListedDeadLetter>(
  'platform.list_dead_letters',
  `select ${columns}, last_failed_at::text as "sortKey" from platform.dead_letters
   where ($1::text is null or task = $1)
     and ($2::boolean is null or (redriven_at is not null) = $2)
     and ($3::timestamptz is null or (last_failed_at, id) < ($3::timestamptz, $4::uuid))
     and ($6::text is null or reason = $6)
   order by last_failed_at desc, id desc limit $5`,
);

export interface DeadLetterPage {
  readonly task: string | null;
  readonly reason: string | null;
  readonly redriven: boolean | null;
  readonly after: { readonly sortKey: string; readonly id: string } | null;
  readonly limit: number;
}

/** Newest failure first. */
export function listDeadLetters(database: Queryable, page: DeadLetterPage): Promise<ListedDeadLetter[]> {
  return database.query(list, [
    page.task,
    page.redriven,
    page.after?.sortKey ?? null,
    page.after?.id ?? null,
    page.limit,
    page.reason,
  ]);
}
