import { column } from '../../database/column.ts';
import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import type { MessageState } from './message.ts';

// `is true`, here and below: rows are found by id, never through messages_by_state. Statistics rarely see a message in a state
// that passes within milliseconds, so the planner would read everybody's, dead versions included, for each slice.
const begin = statement<{ message_id: string }>(
  'notifications.begin_attempts',
  `with slice as (
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as s (message_id, attempt_id, request_key)
   ), moved as (
     update notifications.messages m
     set state = 'sending', attempts = m.attempts + 1, attempt_id = s.attempt_id, request_key = s.request_key,
       route = null, provider = $4, wake_at = $5
     from slice s where m.id = s.message_id and (m.state = 'claimed') is true
     returning m.id, m.attempts, s.attempt_id, s.request_key
   )
   insert into notifications.attempts (id, message_id, number, provider, request_key, started_at)
   select attempt_id, id, attempts, $4, request_key, $6 from moved
   returning message_id`,
);

export interface Attempt {
  readonly id: string;
  readonly messageId: string;
  readonly requestKey: string;
}

/**
 * Moves claimed messages to `sending` and writes their attempts: after its commit the calls may leave, before it they must
 * not. Messages that are no longer claimed (cancelled by a report, or their lease was lost) are left out.
 *
 * @returns the ids of the messages that may be sent
 */
export async function beginAttempts(
  queryable: Queryable,
  provider: string,
  attempts: readonly Attempt[],
  options: { readonly now: Date; readonly leaseUntil: Date },
): Promise<Set<string>> {
  const rows = await queryable.query(begin, [
    attempts.map((attempt) => attempt.messageId),
    attempts.map((attempt) => attempt.id),
    attempts.map((attempt) => attempt.requestKey),
    provider,
    options.leaseUntil,
    options.now,
  ]);
  return new Set(rows.map((row) => row.message_id));
}

/** What one attempt led to, ready to be written. */
export interface AttemptRecord {
  readonly attemptId: string;
  readonly messageId: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly detail: string | null;
  readonly providerMessageId: string | null;
  readonly step: {
    readonly state: MessageState;
    readonly reason: string | null;
    readonly nextAttemptAt: Date | null;
    readonly wakeAt: Date | null;
    readonly settledAt: Date | null;
    readonly route: string | null;
    /** False when the provider asked for a pause: that is not an attempt. */
    readonly counts: boolean;
  };
}

const finish = statement(
  'notifications.finish_attempts',
  `update notifications.attempts t
   set finished_at = $3, provider_message_id = a.provider_message_id, outcome = coalesce(a.outcome, $5),
     code = coalesce(a.code, $7), detail = coalesce(a.detail, $9)
   from unnest($1::uuid[], $2::text[], $4::text[], $6::text[], $8::text[])
     as a (id, provider_message_id, outcome, code, detail)
   where t.id = a.id and (t.outcome is null or t.outcome = 'unknown')`,
);

const step = statement<{ id: string }>(
  'notifications.step_messages',
  `update notifications.messages m
   set provider_message_id = a.provider_message_id,
     state = a.state, reason = coalesce(a.reason, $7), next_attempt_at = coalesce(a.next_attempt_at, $9),
     wake_at = coalesce(a.wake_at, $11), settled_at = coalesce(a.settled_at, $13), route = coalesce(a.route, $15),
     attempts = m.attempts - case when coalesce(a.counts, $17) then 0 else 1 end,
     request_key = case when a.state = 'unknown' then m.request_key end
   from (
     select *, coalesce(own_state, $5) as state
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $6::text[], $8::timestamptz[], $10::timestamptz[],
       $12::timestamptz[], $14::text[], $16::boolean[])
       as t (id, attempt_id, provider_message_id, own_state, reason, next_attempt_at, wake_at, settled_at, route, counts)) a
   where m.id = a.id and m.attempt_id = a.attempt_id and (m.state in ('sending', 'unknown')) is true
   returning m.id`,
);

const fillProviderId = statement(
  'notifications.fill_provider_message_id',
  `update notifications.messages m set provider_message_id = a.provider_message_id
   from unnest($1::uuid[], $2::text[]) as a (id, provider_message_id)
   where m.id = a.id and m.provider_message_id is null`,
);

/** Lets messages learn their provider's id if they have none: a report told it before the send call did. */
export async function fillProviderMessageIds(
  queryable: Queryable,
  ids: readonly { readonly messageId: string; readonly providerMessageId: string }[],
): Promise<void> {
  if (ids.length === 0) return;
  await queryable.query(fillProviderId, [
    ids.map(({ messageId }) => messageId),
    ids.map(({ providerMessageId }) => providerMessageId),
  ]);
}

/**
 * Writes the outcomes of attempts. A message whose fate something else has decided meanwhile (a report, a later attempt)
 * keeps its state and only learns its provider's id.
 *
 * @returns the ids of the messages that took their step
 */
export async function writeAttempts(
  tx: Queryable,
  records: readonly AttemptRecord[],
  now: Date,
): Promise<ReadonlySet<string>> {
  const providerMessageIds = records.map((record) => record.providerMessageId);
  await tx.query(finish, [
    records.map((record) => record.attemptId),
    providerMessageIds,
    now,
    ...column(records.map((record) => record.outcome)),
    ...column(records.map((record) => record.code)),
    ...column(records.map((record) => record.detail)),
  ]);
  const rows = await tx.query(step, [
    records.map((record) => record.messageId),
    records.map((record) => record.attemptId),
    providerMessageIds,
    ...column(records.map((record) => record.step.state)),
    ...column(records.map((record) => record.step.reason)),
    ...column(records.map((record) => record.step.nextAttemptAt)),
    ...column(records.map((record) => record.step.wakeAt)),
    ...column(records.map((record) => record.step.settledAt)),
    ...column(records.map((record) => record.step.route)),
    ...column(records.map((record) => record.step.counts)),
  ]);
  const stepped = new Set(rows.map((row) => row.id));
  const overtaken = records.filter(({ messageId }) => !stepped.has(messageId));
  await fillProviderMessageIds(
    tx,
    overtaken.flatMap(({ messageId, providerMessageId }) =>
      providerMessageId === null ? [] : [{ messageId, providerMessageId }],
    ),
  );
  return stepped;
}
