import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import type { MessageState } from './message.ts';

const begin = statement<{ message_id: string }>(
  'notifications.begin_attempts',
  `with slice as (
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as s (message_id, attempt_id, request_key)
   ), moved as (
     update notifications.messages m
     set state = 'sending', attempts = m.attempts + 1, attempt_id = s.attempt_id, request_key = s.request_key,
       route = null, provider = $4, wake_at = $5
     from slice s where m.id = s.message_id and m.state = 'claimed'
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
   set finished_at = $6, outcome = a.outcome, code = a.code, detail = a.detail, provider_message_id = a.provider_message_id
   from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
     as a (id, outcome, code, detail, provider_message_id)
   where t.id = a.id and (t.outcome is null or t.outcome = 'unknown')`,
);

const step = statement<{ id: string }>(
  'notifications.step_messages',
  `update notifications.messages m
   set state = a.state, reason = a.reason, next_attempt_at = a.next_attempt_at, wake_at = a.wake_at, settled_at = a.settled_at,
     route = a.route, provider_message_id = a.provider_message_id,
     attempts = m.attempts - case when a.counts then 0 else 1 end,
     request_key = case when a.state = 'unknown' then m.request_key end
   from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
     $8::text[], $9::text[], $10::boolean[])
     as a (id, attempt_id, state, reason, next_attempt_at, wake_at, settled_at, route, provider_message_id, counts)
   where m.id = a.id and m.attempt_id = a.attempt_id and m.state in ('sending', 'unknown')
   returning m.id`,
);

const fillProviderId = statement(
  'notifications.fill_provider_message_id',
  `update notifications.messages m set provider_message_id = a.provider_message_id
   from unnest($1::uuid[], $2::text[]) as a (id, provider_message_id)
   where m.id = a.id and m.provider_message_id is null`,
);

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
  await tx.query(finish, [
    records.map((record) => record.attemptId),
    records.map((record) => record.outcome),
    records.map((record) => record.code),
    records.map((record) => record.detail),
    records.map((record) => record.providerMessageId),
    now,
  ]);
  const rows = await tx.query(step, [
    records.map((record) => record.messageId),
    records.map((record) => record.attemptId),
    records.map((record) => record.step.state),
    records.map((record) => record.step.reason),
    records.map((record) => record.step.nextAttemptAt),
    records.map((record) => record.step.wakeAt),
    records.map((record) => record.step.settledAt),
    records.map((record) => record.step.route),
    records.map((record) => record.providerMessageId),
    records.map((record) => record.step.counts),
  ]);
  const stepped = new Set(rows.map((row) => row.id));
  const overtaken = records.filter((record) => record.providerMessageId !== null && !stepped.has(record.messageId));
  if (overtaken.length > 0) {
    const ids = overtaken.map((record) => record.messageId);
    await tx.query(fillProviderId, [ids, overtaken.map((record) => record.providerMessageId)]);
  }
  return stepped;
}
