import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import type { Channel, MessageClass, MessageState } from '../message.ts';

/** What is exported; undefined is any. */
export interface ExportFilter {
  readonly channel: Channel | undefined;
  readonly class: MessageClass | undefined;
  readonly state: MessageState | undefined;
  readonly provider: string | undefined;
  readonly reason: string | undefined;
  readonly groupId: string | undefined;
  /** When it was created: [from, to). */
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

export interface ExportedMessage {
  readonly id: string;
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly address: string;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly attempts: number;
  readonly provider: string | null;
  readonly userId: string | null;
  readonly groupId: string | null;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
}

/** One step over the messages: the row it ended at, with one that matches; without any, if none does. */
type Step = { readonly lastId: string } & (ExportedMessage | { readonly id: null });

// Each step passes so many rows by id and no more, however few of them match: no filter can make a statement long.
const step = (access: string) => `
  with passed as materialized (
    select id, channel, class, address, state, reason, attempts, provider, user_id, group_id, created_at, settled_at
    from notifications.messages where id > $1 and id < $2 and ${access} order by id limit $3
  ), last as (select id from passed order by id desc limit 1)
  select last.id as "lastId", p.id, p.channel, p.class, p.address, p.state, p.reason, p.attempts, p.provider,
    p.user_id as "userId", p.group_id as "groupId", p.created_at as "createdAt", p.settled_at as "settledAt"
  from last left join passed p on ($4::text is null or p.channel = $4) and ($5::text is null or p.class = $5)
    and ($6::text is null or p.state = $6) and ($7::text is null or p.provider = $7)
    and ($8::text is null or p.reason = $8) and ($9::uuid is null or p.group_id = $9)
    and p.created_at >= $10 and p.created_at < $11
  order by p.id`;

const byGroup = statement<Step>('notifications.export_group', step('group_id = $9'));
const byState = statement<Step>('notifications.export_state', step('state = $6'));
const byId = statement<Step>('notifications.export_messages', step('true'));

export interface ExportPosition {
  /** Exclusive. */
  readonly after: string;
  /** Exclusive. */
  readonly before: string;
  /** Rows to pass. */
  readonly limit: number;
}

const EVER = { from: new Date(0), to: new Date(Date.UTC(9999, 11, 31, 23, 59, 59, 999)) };

/**
 * Passes the next messages in the order of their ids.
 *
 * @returns those that match, and where it ended; null at the end
 */
export async function passMessages(
  queryable: Queryable,
  filter: ExportFilter,
  { after, before, limit }: ExportPosition,
): Promise<{ readonly messages: readonly ExportedMessage[]; readonly last: string | null }> {
  const { channel, class: kind, state, provider, reason, groupId, from = EVER.from, to = EVER.to } = filter;
  const chosen = groupId !== undefined ? byGroup : state !== undefined ? byState : byId;
  const rows = await queryable.query(chosen, [
    ...[after, before, limit, channel ?? null, kind ?? null, state ?? null],
    ...[provider ?? null, reason ?? null, groupId ?? null, from, to],
  ]);
  return {
    messages: rows.filter((row): row is Step & ExportedMessage => row.id !== null),
    last: rows[0]?.lastId ?? null,
  };
}
