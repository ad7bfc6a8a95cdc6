import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { DeliveryReport } from '../../ports/delivery-report.ts';
import type { RecipientFate } from '../../ports/send-outcome.ts';
import type { MessageState } from './message.ts';

const lock = statement(
  'notifications.lock_provider_messages',
  `select pg_advisory_xact_lock(k) from (
     select distinct hashtextextended($1 || ':' || id, 0) as k from unnest($2::text[]) as id order by k
   ) keys`,
);

/**
 * Keeps the send answer and the reports about the same messages apart until this transaction ends. Without it both can
 * commit at the same instant, each seeing nothing of the other, and the report would never be applied.
 */
export async function lockProviderMessages(
  tx: Transaction,
  provider: string,
  providerMessageIds: readonly string[],
): Promise<void> {
  if (providerMessageIds.length > 0) await tx.query(lock, [provider, providerMessageIds]);
}

// The first attempt under a request key has that key as its id, so a reference is found by primary key.
const match = statement<{ provider_message_id: string; message_id: string }>(
  'notifications.match_reports',
  `select told.id as provider_message_id, coalesce(known.message_id, referred.message_id) as message_id
   from unnest($2::text[], $3::uuid[]) as told (id, reference)
   left join lateral (
     select message_id from notifications.attempts a
     where a.provider = $1 and a.provider_message_id = told.id limit 1
   ) known on true
   left join notifications.attempts referred on referred.id = told.reference and referred.provider = $1
   where coalesce(known.message_id, referred.message_id) is not null`,
);

/** @returns our message behind each of the provider's ids that we know, by the id or by our reference beside it */
export async function matchReports(
  queryable: Queryable,
  provider: string,
  reports: readonly Pick<DeliveryReport, 'providerMessageId' | 'reference'>[],
): Promise<ReadonlyMap<string, string>> {
  const references = new Map<string, string | null>();
  for (const { providerMessageId, reference } of reports) {
    references.set(providerMessageId, reference ?? references.get(providerMessageId) ?? null);
  }
  const rows = await queryable.query(match, [provider, [...references.keys()], [...references.values()]]);
  return new Map(rows.map((row) => [row.provider_message_id, row.message_id]));
}

const lockStates = statement<{ id: string; state: MessageState }>(
  'notifications.lock_message_states',
  'select id, state from notifications.messages where id = any ($1) order by id for update',
);

export async function lockMessageStates(
  tx: Transaction,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, MessageState>> {
  const rows = await tx.query(lockStates, [messageIds]);
  return new Map(rows.map((row) => [row.id, row.state]));
}

const move = statement(
  'notifications.move_reported_messages',
  `update notifications.messages m
   set state = r.state, reason = r.reason, next_attempt_at = null, route = null, request_key = null,
     wake_at = case when r.state = 'sent' then $4::timestamptz end,
     settled_at = case when r.state = 'sent' then null else $5::timestamptz end
   from unnest($1::uuid[], $2::text[], $3::text[]) as r (id, state, reason) where m.id = r.id`,
);

export interface ReportedStep {
  readonly messageId: string;
  readonly state: MessageState;
  readonly reason: string | null;
}

/** Moves messages whose rows the caller has locked. */
export async function moveReportedMessages(
  tx: Transaction,
  steps: readonly ReportedStep[],
  times: { readonly now: Date; readonly wakeAt: Date },
): Promise<void> {
  if (steps.length === 0) return;
  await tx.query(move, [
    steps.map((step) => step.messageId),
    steps.map((step) => step.state),
    steps.map((step) => step.reason),
    times.wakeAt,
    times.now,
  ]);
}

/** A report with what came of it; both are null while it waits for its message. */
export interface StoredReport extends DeliveryReport {
  readonly messageId: string | null;
  readonly previousState: MessageState | null;
}

const insert = statement<{ event_key: string }>(
  'notifications.insert_reports',
  `insert into notifications.reports
     (provider, event_key, provider_message_id, state, code, occurred_at, received_at, message_id, previous_state, applied_at,
       recipient)
   select $1, r.event_key, r.provider_message_id, r.state, r.code, r.occurred_at, $9::timestamptz, r.message_id,
     r.previous_state, case when r.message_id is not null then $9::timestamptz end, r.recipient
   from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::uuid[], $8::text[], $10::text[])
     as r (event_key, provider_message_id, state, code, occurred_at, message_id, previous_state, recipient)
   on conflict (provider, event_key) do nothing
   returning event_key`,
);

/** Stores each report once. @returns the `eventKey`s of those that were new */
export async function insertReports(
  tx: Transaction,
  provider: string,
  reports: readonly StoredReport[],
  now: Date,
): Promise<ReadonlySet<string>> {
  const rows = await tx.query(insert, [
    provider,
    reports.map((report) => report.eventKey),
    reports.map((report) => report.providerMessageId),
    reports.map((report) => report.state),
    reports.map((report) => report.code ?? null),
    reports.map((report) => report.occurredAt),
    reports.map((report) => report.messageId),
    reports.map((report) => report.previousState),
    now,
    reports.map((report) => report.recipient ?? null),
  ]);
  return new Set(rows.map((row) => row.event_key));
}

interface WaitingRow {
  readonly provider: string;
  readonly event_key: string;
  readonly provider_message_id: string;
  readonly state: DeliveryReport['state'];
  readonly code: string | null;
  readonly occurred_at: Date;
  readonly recipient: RecipientFate | null;
}

const waiting = statement<WaitingRow>(
  'notifications.read_waiting_reports',
  `select provider, event_key, provider_message_id, state, code, occurred_at, recipient from notifications.reports
   where provider = $1 and provider_message_id = any ($2) and applied_at is null order by received_at, event_key`,
);

/** The reports about these messages that came before anybody knew their ids, oldest first. */
export async function readWaitingReports(
  queryable: Queryable,
  provider: string,
  providerMessageIds: readonly string[],
): Promise<readonly DeliveryReport[]> {
  const rows = await queryable.query(waiting, [provider, providerMessageIds]);
  return rows.map((row) => ({
    eventKey: row.event_key,
    providerMessageId: row.provider_message_id,
    state: row.state,
    code: row.code ?? undefined,
    recipient: row.recipient ?? undefined,
    occurredAt: row.occurred_at,
  }));
}

const apply = statement(
  'notifications.mark_reports_applied',
  `update notifications.reports r set message_id = a.message_id, previous_state = a.previous_state, applied_at = $5
   from unnest($2::text[], $3::uuid[], $4::text[]) as a (event_key, message_id, previous_state)
   where r.provider = $1 and r.event_key = a.event_key and r.applied_at is null`,
);

export async function markReportsApplied(
  tx: Transaction,
  provider: string,
  reports: readonly StoredReport[],
  now: Date,
): Promise<void> {
  await tx.query(apply, [
    provider,
    reports.map((report) => report.eventKey),
    reports.map((report) => report.messageId),
    reports.map((report) => report.previousState),
    now,
  ]);
}

const overlooked = statement<{ provider: string; provider_message_id: string }>(
  'notifications.find_overlooked_reports',
  `select distinct r.provider, r.provider_message_id from notifications.reports r
   where r.applied_at is null and exists (
     select from notifications.attempts a where a.provider = r.provider and a.provider_message_id = r.provider_message_id)
   limit $1`,
);

/** Waiting reports whose message is known by now: nobody applied them when it became known. */
export function findOverlookedReports(
  queryable: Queryable,
  limit: number,
): Promise<{ provider: string; provider_message_id: string }[]> {
  return queryable.query(overlooked, [limit]);
}

const dropOrphans = statement<{ event_key: string }>(
  'notifications.drop_orphan_reports',
  `delete from notifications.reports where applied_at is null and received_at < $1 returning event_key`,
);

/** Deletes reports that have waited for their message since before that moment. @returns how many */
export async function dropOrphanReports(queryable: Queryable, before: Date): Promise<number> {
  return (await queryable.query(dropOrphans, [before])).length;
}
