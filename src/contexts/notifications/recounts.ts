import { statement } from '../../database/transaction.ts';
import type { Recount, Recounted } from '../context.ts';

const messages = statement<Recounted>(
  'notifications.recount_messages',
  `with counted as materialized (
     select date_bin('15 minutes', created_at, '2000-01-01 00:00:00+00') as bucket,
       coalesce(group_id, '00000000-0000-0000-0000-000000000000'::uuid) as subject, channel, class, state, count(*) as n
     from notifications.messages where created_at >= $1 and created_at < $2
     group by 1, 2, 3, 4, 5)
   select bucket, subject, channel || '/' || class || '/' || state as dimension, n, 0::bigint as amount from counted
   union all
   select bucket, subject, channel || '/' || class || '/created', sum(n), 0
   from counted group by bucket, subject, channel, class`,
);

const first = statement<{ at: Date | null }>(
  'notifications.find_first_message_time',
  'select min(created_at) as at from notifications.messages',
);

/** What the triggers on `messages` have told, counted from the messages. */
export const recounts: readonly Recount[] = [
  {
    metric: 'messages',
    read: (tx, from, to) => tx.query(messages, [from, to]),
    begins: async (tx) => (await tx.query(first))[0]?.at ?? null,
  },
];
