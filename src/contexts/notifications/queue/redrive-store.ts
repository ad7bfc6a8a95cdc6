import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import { FORGOTTEN } from '../erasure-store.ts';
import type { Channel, MessageClass } from '../message.ts';

/** Which dead messages; what is null is not asked for. */
export interface RedriveFilter {
  readonly ids: readonly string[] | null;
  readonly channel: Channel | null;
  readonly class: MessageClass | null;
  readonly provider: string | null;
  readonly reason: string | null;
  readonly groupId: string | null;
  /** When they died: [from, to). */
  readonly from: Date | null;
  readonly to: Date | null;
}

export interface RevivedMessage {
  readonly id: string;
  readonly channel: Channel;
  readonly class: MessageClass;
}

// What lives less long than its code stays dead, and so does what nobody knows the address of any more.
const revive = statement<RevivedMessage>(
  'notifications.revive_messages',
  `with chosen as materialized (
     select id from notifications.messages
     where state = 'dead' and address <> '${FORGOTTEN}' and (class <> 'otp' or deadline > $1)
       and ($3::uuid[] is null or id = any ($3)) and ($4::text is null or channel = $4)
       and ($5::text is null or class = $5) and ($6::text is null or provider = $6)
       and ($7::text is null or reason = $7) and ($8::uuid is null or group_id = $8)
       and ($9::timestamptz is null or settled_at >= $9) and ($10::timestamptz is null or settled_at < $10)
     order by id limit $11 for update skip locked)
   update notifications.messages m
   set state = 'queued', reason = null, attempts = 0, attempt_id = null, route = null, settled_at = null,
     next_attempt_at = $1, deadline = case m.class when 'otp' then m.deadline else greatest(m.deadline, $2) end
   from chosen where m.id = chosen.id
   returning m.id, m.channel, m.class`,
);

/**
 * Puts up to `limit` dead messages back into their queues, the oldest first, each for one caller however many ask at once:
 * a row that another one holds is left to that one.
 */
export function reviveMessages(
  queryable: Queryable,
  filter: RedriveFilter,
  { now, deadline, limit }: { readonly now: Date; readonly deadline: Date; readonly limit: number },
): Promise<RevivedMessage[]> {
  const { ids, channel, class: kind, provider, reason, groupId, from, to } = filter;
  return queryable.query(revive, [now, deadline, ids, channel, kind, provider, reason, groupId, from, to, limit]);
}
