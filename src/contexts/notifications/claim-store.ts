import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import type { Category } from './category.ts';
import { classOfLane } from './lane.ts';
import type { Lane } from './lane.ts';
import type { Channel, MessageClass } from './message.ts';

/** A message that this process alone may send, until its lease ends. */
export interface ClaimedMessage {
  readonly id: string;
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly address: string;
  readonly subject: string | null;
  readonly body: string;
  readonly html: string | null;
  readonly category: Category | null;
  readonly deadline: Date;
  readonly attempts: number;
  /** Null before the first attempt. */
  readonly attempt_id: string | null;
  /** The provider that must be asked next, if one must. */
  readonly route: string | null;
  /** Set when the fate of an earlier call is unknown: only `route` may be asked again, and only under this key. */
  readonly request_key: string | null;
  readonly country: string | null;
  /** The recorded trace that wants it sent; null when none is. */
  readonly traceparent: string | null;
}

/** A claimed message with what its last judgement needs. */
export interface DueMessage extends ClaimedMessage {
  /** The state of its campaign, where that stops messages. */
  readonly campaign: 'paused' | 'cancelled' | null;
  /** Why its address is suppressed; null when it is not. */
  readonly suppression: string | null;
  /** The recipient switched its category off. */
  readonly switched_off: boolean;
  /** The recipient's; null when they have not told. */
  readonly time_zone: string | null;
}

// Codes and texts without a category are nobody's preference: the usual bulk is not slowed down by looking.
const claim = statement<DueMessage>(
  'notifications.claim_messages',
  `with due as materialized (
     select id from notifications.messages
     where channel = $1 and class = $2 and next_attempt_at <= $3
     order by next_attempt_at, id limit $4 for update skip locked)
   update notifications.messages m
   set state = 'claimed', next_attempt_at = null, wake_at = $5
   from due where m.id = due.id
   returning m.id, m.channel, m.class, m.address, m.subject, m.body, m.deadline, m.attempts, m.attempt_id, m.route, m.request_key, m.country, m.traceparent,
     m.html, m.category,
     (select s.reason from notifications.suppressions s
      where s.channel = m.channel and s.address = lower(m.address) and (s.category = 'all' or m.class = 'marketing')
      limit 1) as suppression,
     m.category is not null and exists (select from notifications.preferences p
      where p.user_id = m.user_id and m.channel || ':' || m.category = any (p.switched_off)) as switched_off,
     case when m.category is not null or m.class = 'marketing'
       then (select p.time_zone from notifications.preferences p where p.user_id = m.user_id) end as time_zone,
     case when m.group_id is not null then (select c.state from notifications.campaigns c
       where c.id = m.group_id and c.state in ('paused', 'cancelled')) end as campaign`,
);

/** Claims due messages of one lane, oldest first, never waiting for rows that somebody else holds. */
export function claimDue(
  tx: Queryable,
  lane: Lane,
  options: { readonly now: Date; readonly limit: number; readonly leaseUntil: Date },
): Promise<DueMessage[]> {
  return tx.query(claim, [lane.channel, classOfLane(lane.name), options.now, options.limit, options.leaseUntil]);
}

// `is true`: see attempt-store.ts.
const release = statement(
  'notifications.release_claims',
  `update notifications.messages set state = 'queued', next_attempt_at = r.at, wake_at = null
   from unnest($1::uuid[], $2::timestamptz[]) as r (id, at)
   where messages.id = r.id and (messages.state = 'claimed') is true`,
);

/** Gives claimed messages back without an attempt; each may be claimed again from its moment on. */
export async function releaseClaims(
  queryable: Queryable,
  messages: readonly { readonly id: string; readonly at: Date }[],
): Promise<void> {
  if (messages.length === 0) return;
  await queryable.query(release, [messages.map(({ id }) => id), messages.map(({ at }) => at)]);
}

/** The end of a claim that leads to no attempt. */
export interface Refusal {
  readonly id: string;
  readonly state: 'suppressed' | 'dead' | 'unknown' | 'cancelled';
  readonly reason: string;
  /** Only for `unknown`: how long a report may still tell what became of the earlier call. */
  readonly wakeAt: Date | null;
}

const refuse = statement(
  'notifications.refuse_claims',
  `update notifications.messages m
   set state = r.state, reason = r.reason, wake_at = r.wake_at, settled_at = case when r.wake_at is null then $5::timestamptz end
   from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) as r (id, state, reason, wake_at)
   where m.id = r.id and (m.state = 'claimed') is true`,
);

export async function refuseClaims(queryable: Queryable, refusals: readonly Refusal[], now: Date): Promise<void> {
  if (refusals.length === 0) return;
  await queryable.query(refuse, [
    refusals.map((refusal) => refusal.id),
    refusals.map((refusal) => refusal.state),
    refusals.map((refusal) => refusal.reason),
    refusals.map((refusal) => refusal.wakeAt),
    now,
  ]);
}
