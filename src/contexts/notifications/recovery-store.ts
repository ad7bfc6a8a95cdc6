import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import { classOfLane, laneOf } from './lane.ts';
import type { Lane } from './lane.ts';
import type { Channel, MessageClass } from './message.ts';
import { FORGOTTEN } from './erasure-store.ts';

const freeClaims = statement<{ id: string }>(
  'notifications.free_expired_claims',
  `with stale as materialized (
     select id from notifications.messages where state = 'claimed' and wake_at <= $1 limit $2 for update skip locked)
   update notifications.messages m set state = 'queued', next_attempt_at = $1, wake_at = null
   from stale where m.id = stale.id returning m.id`,
);

/** Messages that a dead process claimed but had not begun to send go back to the queue. @returns how many */
export async function freeExpiredClaims(queryable: Queryable, now: Date, limit: number): Promise<number> {
  return (await queryable.query(freeClaims, [now, limit])).length;
}

const doubtExpired = statement<{ id: string }>(
  'notifications.doubt_expired_sendings',
  `with stale as materialized (
     select id from notifications.messages where state = 'sending' and wake_at <= $1 limit $2 for update skip locked
   ), doubted as (
     update notifications.messages m
     set state = 'unknown', reason = 'sender-died', settled_at = null,
       next_attempt_at = case when m.provider = any ($3) and m.deadline > $1 and m.attempts < $5 then $1 end,
       route = case when m.provider = any ($3) and m.deadline > $1 and m.attempts < $5 then m.provider end,
       wake_at = case when m.provider = any ($3) and m.deadline > $1 and m.attempts < $5 then null else $4::timestamptz end
     from stale where m.id = stale.id
     returning m.id, m.attempt_id
   ), finished as (
     update notifications.attempts a set outcome = 'unknown', finished_at = $1, detail = 'The sending process died.'
     from doubted d where a.id = d.attempt_id and a.outcome is null
   )
   select id from doubted`,
);

/**
 * Messages whose sender died between the call and its record: nobody knows whether they left. Only a provider that
 * deduplicates is asked again, under the same key. @returns how many
 */
export async function doubtExpiredSendings(
  queryable: Queryable,
  options: {
    readonly now: Date;
    readonly limit: number;
    readonly deduplicating: readonly string[];
    readonly wakeAt: Date;
    readonly maxAttempts: number;
  },
): Promise<number> {
  const { now, limit, deduplicating, wakeAt, maxAttempts } = options;
  return (await queryable.query(doubtExpired, [now, limit, deduplicating, wakeAt, maxAttempts])).length;
}

const dueLanes = statement<{ channel: Channel; class: MessageClass; due: number }>(
  'notifications.count_due',
  `select l.channel, l.class,
     (select count(*) from (
        select from notifications.messages m
        where m.channel = l.channel and m.class = l.class and m.next_attempt_at <= $1 limit $2) due) as due
   from unnest(array['sms', 'email']) as channels (channel),
     unnest(array['otp', 'transactional', 'marketing']) as classes (class),
     lateral (select channel, class) as l`,
);

/** How many messages of each lane could be claimed now, counted up to `limit`. */
export async function countDue(queryable: Queryable, now: Date, limit: number): Promise<{ lane: Lane; due: number }[]> {
  const rows = await queryable.query(dueLanes, [now, limit]);
  return rows.filter(({ due }) => due > 0).map(({ due, ...kind }) => ({ lane: laneOf(kind), due }));
}

const laneDue = statement<{ due: boolean }>(
  'notifications.is_lane_due',
  `select exists (select from notifications.messages
     where channel = $1 and class = $2 and next_attempt_at <= $3) as due`,
);

/** Whether anything of the lane could be claimed now. */
export async function isDue(queryable: Queryable, { channel, name }: Lane, now: Date): Promise<boolean> {
  return (await queryable.query(laneDue, [channel, classOfLane(name), now]))[0]?.due ?? false;
}

const settleSilent = statement<{ state: string }>(
  'notifications.settle_silent',
  `with silent as materialized (
     select id from notifications.messages
     where wake_at <= $1 and state in ('sent', 'unknown') limit $2 for update skip locked)
   update notifications.messages m
   set state = case m.state when 'sent' then 'expired' else m.state end, reason = 'no-report',
     wake_at = null, settled_at = $1, request_key = null
   from silent where m.id = silent.id returning m.state`,
);

/** Ends the wait for reports that never came: `sent` as `expired`, `unknown` for good as unknown. @returns how many */
export async function settleSilentMessages(queryable: Queryable, now: Date, limit: number): Promise<number> {
  return (await queryable.query(settleSilent, [now, limit])).length;
}

const forgetSecrets = statement<{ id: string }>(
  'notifications.forget_secrets',
  `with spent as materialized (
     select id from notifications.messages
     where class = 'otp' and body <> '' and deadline <= $1 limit $2 for update skip locked)
   update notifications.messages m set body = '' from spent where m.id = spent.id returning m.id`,
);

/** Erases the texts of one-time codes whose life is over. @returns how many */
export async function forgetSpentSecrets(queryable: Queryable, now: Date, limit: number): Promise<number> {
  return (await queryable.query(forgetSecrets, [now, limit])).length;
}

const revive = statement<{ channel: Channel; class: MessageClass }>(
  'notifications.revive_message',
  `update notifications.messages
   set state = 'queued', reason = null, attempts = 0, attempt_id = null, route = null, settled_at = null,
     next_attempt_at = $2, deadline = case class when 'otp' then deadline else greatest(deadline, $3) end
   where id = $1 and state = 'dead' and address <> '${FORGOTTEN}' returning channel, class`,
);

/** Puts a dead message back into its queue. @returns its lane; undefined when it isn't dead (any more), or is forgotten */
export async function reviveMessage(
  queryable: Queryable,
  id: string,
  now: Date,
  deadline: Date,
): Promise<Lane | undefined> {
  const [revived] = await queryable.query(revive, [id, now, deadline]);
  return revived === undefined ? undefined : laneOf(revived);
}
