import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import type { Channel, MessageClass, MessageState } from '../message.ts';

/** Messages that ended badly for one reason. */
export interface FailureCount {
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly provider: string | null;
  readonly state: Extract<MessageState, 'dead' | 'undelivered' | 'suppressed' | 'unknown'>;
  readonly reason: string | null;
  readonly count: number;
  readonly lastAt: Date;
}

const count = statement<FailureCount>(
  'notifications.count_failures',
  `select channel, class, provider, state, reason, count(*) as count, max(settled_at) as "lastAt"
   from notifications.messages
   where settled_at >= $1 and settled_at < $2 and settled_at is not null
     and state in ('dead', 'undelivered', 'suppressed', 'unknown') and ($3::text is null or channel = $3)
   group by channel, class, provider, state, reason order by count(*) desc, state, reason, channel, class, provider limit $4`,
);

/** Why messages that ended in [from, to) did not arrive, the commonest reason first. Read from an index alone. */
export function countFailures(
  queryable: Queryable,
  range: { readonly from: Date; readonly to: Date; readonly channel: Channel | undefined; readonly limit: number },
): Promise<FailureCount[]> {
  return queryable.query(count, [range.from, range.to, range.channel ?? null, range.limit]);
}
