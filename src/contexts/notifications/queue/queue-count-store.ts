import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import type { Channel, MessageClass, MessageState } from '../message.ts';

/** How many messages there are of one kind in one state. */
export interface QueueCount {
  readonly channel: Channel;
  readonly class: MessageClass;
  /** The provider asked last; null before the first attempt. */
  readonly provider: string | null;
  readonly state: MessageState;
  readonly count: number;
}

const sum = statement<QueueCount>(
  'notifications.sum_queue',
  `select channel, class, nullif(provider, '') as provider, state, sum(change)::bigint as count
   from notifications.queue_counts group by channel, class, queue_counts.provider, state having sum(change) <> 0
   order by channel, class, queue_counts.provider, state`,
);

/** All messages by channel, class, provider and state; what has none is left out. */
export function sumQueue(queryable: Queryable): Promise<QueueCount[]> {
  return queryable.query(sum);
}

export interface OldestDue {
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly messageId: string | null;
  /** Since when it could have been claimed. */
  readonly dueAt: Date | null;
}

const oldest = statement<OldestDue>(
  'notifications.find_oldest_due',
  `select l.channel, l.class, m.id as "messageId", m.next_attempt_at as "dueAt"
   from (values (1, 'sms', 'otp'), (2, 'sms', 'transactional'), (3, 'sms', 'marketing'), (4, 'email', 'otp'),
     (5, 'email', 'transactional'), (6, 'email', 'marketing')) as l (place, channel, class)
   left join lateral (
     select id, next_attempt_at from notifications.messages m
     where m.channel = l.channel and m.class = l.class and m.next_attempt_at <= $1
     order by m.next_attempt_at, m.id limit 1) m on true
   order by l.place`,
);

/** The message of each lane that has waited longest since it was due: the first entry of the index that claiming reads. */
export function findOldestDue(queryable: Queryable, now: Date): Promise<OldestDue[]> {
  return queryable.query(oldest, [now]);
}

const compact = statement<{ merged: number }>(
  'notifications.compact_queue_counts',
  `with crowded as materialized (
     select channel, class, provider, state from notifications.queue_counts
     group by channel, class, provider, state having count(*) > 8
   ), old as (
     delete from notifications.queue_counts c using crowded
     where c.channel = crowded.channel and c.class = crowded.class and c.provider = crowded.provider
       and c.state = crowded.state
     returning c.channel, c.class, c.provider, c.state, c.change
   ), merged as (
     insert into notifications.queue_counts (channel, class, provider, state, change)
     select channel, class, provider, state, sum(change) from old group by channel, class, provider, state
     returning 1
   )
   select count(*) as merged from merged`,
);

/** Sums the changes of each count into one row. Whoever counts meanwhile sees the changes or their sum, never both. */
export async function compactQueueCounts(queryable: Queryable): Promise<void> {
  await queryable.query(compact);
}
