import { column } from '../../database/column.ts';
import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import type { Category } from './category.ts';
import type { Channel, MessageClass, MessageCounts, MessageState } from './message.ts';
import { messageStates } from './message.ts';

export interface NewMessage {
  readonly id: string;
  readonly dedupeKey: string;
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly address: string;
  readonly subject: string | null;
  readonly body: string;
  readonly html: string | null;
  readonly category: Category | null;
  readonly templateVersionId: string | null;
  /** In the future; null for now. */
  readonly sendAt: Date | null;
  readonly userId: string | null;
  readonly groupId: string | null;
  readonly country: string | null;
  readonly deadline: Date;
  /** The recorded trace that wants it sent; null when none is. */
  readonly traceparent: string | null;
}

/** What its sending is enqueued by. */
export interface InsertedMessage {
  readonly channel: Channel;
  readonly class: MessageClass;
  /** Null for now. */
  readonly sendAt: Date | null;
}

const insert = statement<InsertedMessage>(
  'notifications.insert_messages',
  `insert into notifications.messages
     (id, dedupe_key, channel, class, address, subject, body, user_id, group_id, country, deadline, traceparent, html, category,
      template_version_id, state, next_attempt_at, created_at)
   select m.id, m.dedupe_key, coalesce(m.channel, $7), coalesce(m.class, $9), m.address, coalesce(m.subject, $11),
      coalesce(m.body, $13), m.user_id, coalesce(m.group_id, $15), coalesce(m.country, $17), coalesce(m.deadline, $19),
      coalesce(m.traceparent, $21), coalesce(m.html, $23), coalesce(m.category, $25), coalesce(m.template_version_id, $27),
      case when coalesce(m.send_at, $29) is null then 'queued' else 'scheduled' end,
      coalesce(m.send_at, $29, $5::timestamptz), $5::timestamptz
   from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $6::text[], $8::text[], $10::text[], $12::text[],
      $14::uuid[], $16::text[], $18::timestamptz[], $20::text[], $22::text[], $24::text[], $26::uuid[], $28::timestamptz[])
     as m (id, dedupe_key, address, user_id, channel, class, subject, body, group_id, country, deadline, traceparent, html,
       category, template_version_id, send_at)
   on conflict (dedupe_key) do nothing
   returning channel, class, case when state = 'scheduled' then next_attempt_at end as "sendAt"`,
);

/** Inserts those whose key is new, and gives what is sent when. */
export function insertMessages(tx: Queryable, messages: readonly NewMessage[], now: Date): Promise<InsertedMessage[]> {
  // One order for all writers: two transactions with the same keys wait for each other instead of deadlocking.
  const sorted = [...messages].sort((a, b) => (a.dedupeKey < b.dedupeKey ? -1 : 1));
  return tx.query(insert, [
    sorted.map((message) => message.id),
    sorted.map((message) => message.dedupeKey),
    sorted.map((message) => message.address),
    sorted.map((message) => message.userId),
    now,
    ...column(sorted.map((message) => message.channel)),
    ...column(sorted.map((message) => message.class)),
    ...column(sorted.map((message) => message.subject)),
    ...column(sorted.map((message) => message.body)),
    ...column(sorted.map((message) => message.groupId)),
    ...column(sorted.map((message) => message.country)),
    ...column(sorted.map((message) => message.deadline)),
    ...column(sorted.map((message) => message.traceparent)),
    ...column(sorted.map((message) => message.html)),
    ...column(sorted.map((message) => message.category)),
    ...column(sorted.map((message) => message.templateVersionId)),
    ...column(sorted.map((message) => message.sendAt)),
  ]);
}

const cancel = statement<{ id: string }>(
  'notifications.cancel_group',
  `update notifications.messages
   set state = 'cancelled', next_attempt_at = null, wake_at = null, settled_at = $2
   where group_id = $1 and state in ('scheduled', 'queued', 'claimed', 'retry_wait') and request_key is null
   returning id`,
);

/** Ends what nobody has begun to send; what is claimed will not begin. @returns how many */
export async function cancelQueued(tx: Queryable, groupId: string, now: Date): Promise<number> {
  return (await tx.query(cancel, [groupId, now])).length;
}

interface StateCount {
  readonly channel: Channel;
  readonly state: MessageState;
  readonly count: number;
}

const sumGroup = statement<StateCount>(
  'notifications.count_group',
  `select channel, state, sum(change)::bigint as count from notifications.message_counts
   where group_id = $1 group by channel, state`,
);

const sumAll = statement<StateCount>(
  'notifications.count_all',
  `select channel, state, sum(change)::bigint as count from notifications.message_counts group by channel, state`,
);

export type CountsByChannel = Readonly<Record<Channel, MessageCounts>>;

/** Counts messages by state, of one group or of all: sums a few maintained rows, whatever the number of messages. */
export async function readCounts(queryable: Queryable, groupId: string | undefined): Promise<CountsByChannel> {
  const rows = groupId === undefined ? await queryable.query(sumAll) : await queryable.query(sumGroup, [groupId]);
  return { sms: completeCounts(rows, 'sms'), email: completeCounts(rows, 'email') };
}

const compact = statement<{ merged: number }>(
  'notifications.compact_counts',
  `with crowded as materialized (
     select group_id, channel, state from notifications.message_counts
     group by group_id, channel, state having count(*) > 8 limit $1
   ), old as (
     delete from notifications.message_counts c using crowded
     where c.group_id = crowded.group_id and c.channel = crowded.channel and c.state = crowded.state
     returning c.group_id, c.channel, c.state, c.change
   ), merged as (
     insert into notifications.message_counts (group_id, channel, state, change)
     select group_id, channel, state, sum(change) from old group by group_id, channel, state
     returning 1
   )
   select count(*) as merged from merged`,
);

/** Sums the changes of up to `limit` counters into one row each. @returns how many it summed */
export async function compactCounts(queryable: Queryable, limit: number): Promise<number> {
  return (await queryable.query(compact, [limit]))[0]?.merged ?? 0;
}

const sumGroups = statement<{ group_id: string; state: MessageState; count: number }>(
  'notifications.count_groups',
  `select group_id, state, sum(change)::bigint as count from notifications.message_counts
   where group_id = any ($1) group by group_id, state`,
);

/**
 * Counts the messages of several groups by state, over all channels, in one query.
 *
 * @returns the counts of a group; all zero for one without messages
 */
export async function readGroupCounts(
  queryable: Queryable,
  groupIds: readonly string[],
): Promise<(groupId: string) => MessageCounts> {
  const rows = await queryable.query(sumGroups, [groupIds]);
  return (groupId) => {
    const counts = noCounts();
    for (const row of rows) if (row.group_id === groupId) counts[row.state] = row.count;
    return counts;
  };
}

function noCounts(): Record<MessageState, number> {
  return Object.fromEntries(messageStates.map((state) => [state, 0])) as Record<MessageState, number>;
}

function completeCounts(rows: readonly StateCount[], channel: Channel): MessageCounts {
  const counts = noCounts();
  for (const row of rows) if (row.channel === channel) counts[row.state] = row.count;
  return counts;
}
