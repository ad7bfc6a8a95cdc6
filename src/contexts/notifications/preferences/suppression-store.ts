import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import type { Channel } from '../message.ts';

/** Who suppressed an address beside staff: its owner, the carrier at the owner's wish, or the fact that it does not exist. */
export type SuppressionSource = 'recipient' | 'carrier' | 'bounce';

export interface NewSuppression {
  readonly channel: Channel;
  readonly address: string;
  readonly category: 'marketing' | 'all';
  readonly source: SuppressionSource;
  /** For people. */
  readonly reason: string;
}

const insertStatement = statement(
  'notifications.insert_suppressions',
  `insert into notifications.suppressions (id, channel, address, category, source, reason, created_at)
   select s.id, s.channel, lower(s.address), s.category, s.source, s.reason, $7
   from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
     as s (id, channel, address, category, source, reason)
   order by s.channel, lower(s.address), s.category
   on conflict (channel, address, category) do nothing`,
);

/** From its commit on nothing of these categories is claimed for the addresses. What is suppressed already stays as it is. */
export async function suppress(queryable: Queryable, wanted: readonly NewSuppression[], now: Date): Promise<void> {
  if (wanted.length === 0) return;
  await queryable.query(insertStatement, [
    wanted.map(() => newId(now.getTime())),
    wanted.map(({ channel }) => channel),
    wanted.map(({ address }) => address),
    wanted.map(({ category }) => category),
    wanted.map(({ source }) => source),
    wanted.map(({ reason }) => reason.slice(0, 200)),
    now,
  ]);
}

const liftStatement = statement(
  'notifications.lift_suppressions',
  `delete from notifications.suppressions
   where channel = $1 and address = lower($2) and source in ('recipient', 'carrier')`,
);

/** Lifts what the owner of an address, or the carrier for them, has suppressed; not what staff did, nor a dead address. */
export async function lift(queryable: Queryable, channel: Channel, address: string): Promise<void> {
  await queryable.query(liftStatement, [channel, address]);
}

const optOutStatement = statement<{ optedOut: boolean }>(
  'notifications.is_opted_out',
  `select exists (select from notifications.suppressions where channel = $1 and address = lower($2)) as "optedOut"`,
);

/** Whether no marketing goes to the address. */
export async function isOptedOut(queryable: Queryable, channel: Channel, address: string): Promise<boolean> {
  return (await queryable.query(optOutStatement, [channel, address]))[0]?.optedOut ?? false;
}
