import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import type { MessageInDoubt } from '../../ports/delivery-lookup.ts';

const plan = statement(
  'notifications.plan_checks',
  `insert into notifications.delivery_checks (message_id, provider, reference, provider_message_id, handed_over_at, due_at)
   select c.message_id, $1, c.reference, c.provider_message_id, $5, $6
   from unnest($2::uuid[], $3::uuid[], $4::text[]) as c (message_id, reference, provider_message_id)
   on conflict (message_id) do update
     set provider = excluded.provider, reference = excluded.reference,
       provider_message_id = excluded.provider_message_id, handed_over_at = excluded.handed_over_at,
       due_at = excluded.due_at, checks = 0`,
);

export interface CheckPlan extends MessageInDoubt {
  readonly messageId: string;
}

/** Has the provider asked about these messages from `dueAt` on. A message is asked about at one provider: its last one. */
export async function planChecks(
  tx: Queryable,
  provider: string,
  checks: readonly CheckPlan[],
  times: { readonly now: Date; readonly dueAt: Date },
): Promise<void> {
  if (checks.length === 0) return;
  await tx.query(plan, [
    provider,
    checks.map(({ messageId }) => messageId),
    checks.map(({ reference }) => reference),
    checks.map(({ providerMessageId }) => providerMessageId),
    times.now,
    times.dueAt,
  ]);
}

// Each check plans the next one before the call: a process that dies loses one look, and no lease is needed. What is settled,
// and what the provider has forgotten by now, is not asked about any more.
const take = statement<{ reference: string; provider_message_id: string | null }>(
  'notifications.take_checks',
  `with due as materialized (
     select message_id from notifications.delivery_checks
     where provider = $1 and due_at <= $2 order by due_at limit $3 for update skip locked
   ), over as (
     delete from notifications.delivery_checks c using due, notifications.messages m
     where c.message_id = due.message_id and m.id = c.message_id
       and (m.state not in ('sending', 'sent', 'unknown', 'claimed') or m.settled_at is not null
         or c.handed_over_at <= $4 or c.checks >= cardinality($5::float8[]))
     returning c.message_id
   )
   update notifications.delivery_checks c
   set checks = c.checks + 1, due_at = $2::timestamptz + make_interval(secs => ($5::float8[])[c.checks + 1])
   from due where c.message_id = due.message_id and not exists (select from over where over.message_id = c.message_id)
   returning c.reference, c.provider_message_id`,
);

/**
 * Takes due checks of one provider, at most `limit`, and plans the next of each. Those that ended are dropped.
 *
 * @returns the messages to ask about now, none twice at the same time
 */
export async function takeChecks(
  queryable: Queryable,
  provider: string,
  options: {
    readonly now: Date;
    readonly limit: number;
    /** What was handed over before is forgotten by the provider. */
    readonly forgottenBefore: Date;
    /** Seconds until the next check, by how many there were. */
    readonly pauses: readonly number[];
  },
): Promise<readonly MessageInDoubt[]> {
  const { now, limit, forgottenBefore, pauses } = options;
  const rows = await queryable.query(take, [provider, now, limit, forgottenBefore, pauses]);
  return rows.map((row) => ({ reference: row.reference, providerMessageId: row.provider_message_id }));
}

const countDue = statement<{ due: boolean }>(
  'notifications.any_check_due',
  `select exists (select from notifications.delivery_checks where provider = $1 and due_at <= $2) as due`,
);

export async function isCheckDue(queryable: Queryable, provider: string, now: Date): Promise<boolean> {
  return (await queryable.query(countDue, [provider, now]))[0]?.due ?? false;
}

const hasten = statement<{ message_id: string }>(
  'notifications.hasten_checks',
  `update notifications.delivery_checks set due_at = least(due_at, $3::timestamptz)
   where provider = $1 and provider_message_id = any ($2) returning message_id`,
);

/** Makes these messages due now. @returns how many are waited for at all */
export async function hastenChecks(
  tx: Queryable,
  provider: string,
  providerMessageIds: readonly string[],
  now: Date,
): Promise<number> {
  if (providerMessageIds.length === 0) return 0;
  return (await tx.query(hasten, [provider, providerMessageIds, now])).length;
}
