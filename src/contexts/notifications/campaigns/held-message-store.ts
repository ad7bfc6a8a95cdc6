import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import type { Channel } from '../message.ts';

/** When messages of a paused campaign would be due: never. They are queued, and nobody claims them. */
export const PARKED = new Date('9999-01-01T00:00:00Z');

export function isParked(nextAttemptAt: Date): boolean {
  return nextAttemptAt.getTime() === PARKED.getTime();
}

const unparkStatement = statement<{ id: string }>(
  'notifications.unpark_messages',
  `update notifications.messages set next_attempt_at = $2, deadline = greatest(deadline, $3)
   where id in (select id from notifications.messages
     where group_id = $1 and next_attempt_at = '9999-01-01T00:00:00Z' limit $4 for update skip locked)
   returning id`,
);

/** Makes a campaign's parked messages due again, with time left to be sent. @returns how many */
export async function unparkMessages(
  queryable: Queryable,
  campaignId: string,
  { now, deadline, limit }: { readonly now: Date; readonly deadline: Date; readonly limit: number },
): Promise<number> {
  return (await queryable.query(unparkStatement, [campaignId, now, deadline, limit])).length;
}

const countDueStatement = statement<{ due: number }>(
  'notifications.count_due_bulk',
  `select count(*) as due from (
     select from notifications.messages
     where channel = $1 and class in ('transactional', 'marketing') and next_attempt_at <= $2 limit $3) due`,
);

/** How many messages of a channel, codes apart, could be claimed by then, counted up to `limit`: what a new one may wait behind. */
export async function countDueBefore(
  queryable: Queryable,
  channel: Channel,
  moment: Date,
  limit: number,
): Promise<number> {
  return (await queryable.query(countDueStatement, [channel, moment, limit]))[0]?.due ?? 0;
}
