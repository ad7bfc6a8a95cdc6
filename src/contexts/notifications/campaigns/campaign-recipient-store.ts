import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { MessageState } from '../message.ts';

/** Somebody whose message is being made; without an address they can't be reached any more. */
export interface ClaimedRecipient {
  readonly recipientId: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly country: string | null;
  readonly registeredAt: Date | null;
  /** BCP 47, as they told; null when they have not. */
  readonly locale: string | null;
  /** IANA, likewise. */
  readonly timeZone: string | null;
}

const claimStatement = statement<ClaimedRecipient>(
  'notifications.claim_campaign_recipients',
  `with next as materialized (
     select recipient_id from notifications.campaign_recipients
     where campaign_id = $1 and state = 'pending' and recipient_id > $2
     order by recipient_id limit $3 for update skip locked)
   select n.recipient_id as "recipientId", r.email, r.phone, r.country, r.registered_at as "registeredAt",
     p.locale, p.time_zone as "timeZone"
   from next n left join notifications.recipients r on r.user_id = n.recipient_id
   left join notifications.preferences p on p.user_id = n.recipient_id order by n.recipient_id`,
);

/** Takes the next recipients that nobody else is working on. A crash or rollback gives them back at once. */
export function claimRecipients(
  tx: Transaction,
  campaignId: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<ClaimedRecipient[]> {
  return tx.query(claimStatement, [campaignId, after, limit]);
}

/** What became of a claimed recipient: a message, or the reason for none. */
export interface HandledRecipient {
  readonly recipientId: string;
  readonly messageId: string | null;
  readonly reason: string | null;
}

const writeStatement = statement(
  'notifications.write_campaign_recipients',
  `update notifications.campaign_recipients c
   set state = case when h.message_id is null then 'skipped' else 'queued' end, message_id = h.message_id, reason = h.reason
   from unnest($2::uuid[], $3::uuid[], $4::text[]) as h (recipient_id, message_id, reason)
   where c.campaign_id = $1 and c.recipient_id = h.recipient_id and c.state = 'pending'`,
);

export async function writeRecipients(
  tx: Transaction,
  campaignId: string,
  handled: readonly HandledRecipient[],
): Promise<void> {
  await tx.query(writeStatement, [
    campaignId,
    handled.map(({ recipientId }) => recipientId),
    handled.map(({ messageId }) => messageId),
    handled.map(({ reason }) => reason),
  ]);
}

/** A recipient as people look at them. */
export interface ListedRecipient {
  readonly recipientId: string;
  readonly state: 'pending' | 'queued' | 'skipped';
  readonly reason: string | null;
  readonly messageId: string | null;
  readonly messageState: MessageState | null;
  readonly opens: number;
  readonly clicks: number;
}

const listStatement = statement<ListedRecipient>(
  'notifications.list_campaign_recipients',
  `select c.recipient_id as "recipientId", c.state, coalesce(c.reason, m.reason) as reason, c.message_id as "messageId",
     m.state as "messageState", coalesce(e.opens, 0) as opens, coalesce(e.clicks, 0) as clicks
   from (
     select * from notifications.campaign_recipients
     where campaign_id = $1 and ($2::text is null or state = $2) and ($3::uuid is null or recipient_id > $3)
     order by recipient_id limit $4) c
   left join notifications.messages m on m.id = c.message_id
   left join notifications.engagements e on e.message_id = c.message_id
   order by c.recipient_id`,
);

/** In the order of their ids, strictly after `after`. */
export function listRecipients(
  queryable: Queryable,
  campaignId: string,
  page: { readonly state: string | undefined; readonly after: string | undefined; readonly limit: number },
): Promise<ListedRecipient[]> {
  return queryable.query(listStatement, [campaignId, page.state, page.after, page.limit]);
}
