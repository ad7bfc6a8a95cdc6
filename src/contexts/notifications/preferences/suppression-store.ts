import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import type { Channel } from '../message.ts';

/**
 * Who suppressed an address beside staff: its owner, the carrier at the owner's wish, the fact that it does not exist, or that a
 * message was called spam there. The first two can be lifted by the owner.
 */
export type SuppressionSource = 'recipient' | 'carrier' | 'bounce' | 'complaint';

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
   select distinct on (s.channel, lower(s.address), s.category)
     s.id, s.channel, lower(s.address), s.category, s.source, s.reason, $7
   from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
     as s (id, channel, address, category, source, reason)
   order by s.channel, lower(s.address), s.category, s.source in ('recipient', 'carrier')
   on conflict (channel, address, category) do update set source = excluded.source, reason = excluded.reason
     where suppressions.source in ('recipient', 'carrier') and excluded.source in ('bounce', 'complaint')`,
);

/**
 * From its commit on nothing of these categories is claimed for the addresses. What is suppressed already stays as it is, except
 * that a dead address or a complaint replaces what the owner could lift.
 */
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

/**
 * Lifts what the owner of an address, or the carrier for them, has suppressed; not what staff did, nor a dead address or a
 * complaint.
 */
export async function lift(queryable: Queryable, channel: Channel, address: string): Promise<void> {
  await queryable.query(liftStatement, [channel, address]);
}

/** That marketing to one of somebody's addresses was stopped by its owner: by a link in a mail, or by STOP. */
export interface Stop {
  readonly id: string;
  readonly channel: Channel;
}

const stopsStatement = statement<Stop>(
  'notifications.find_stops',
  `select s.id, s.channel from notifications.suppressions s
   join unnest($1::text[], $2::text[]) as o (channel, address) on s.channel = o.channel and s.address = lower(o.address)
   where s.category = 'marketing' and s.source = 'recipient'`,
);

export async function findStops(
  queryable: Queryable,
  addresses: readonly { readonly channel: Channel; readonly address: string }[],
): Promise<readonly Stop[]> {
  if (addresses.length === 0) return [];
  const values = [addresses.map(({ channel }) => channel), addresses.map(({ address }) => address)];
  return queryable.query(stopsStatement, values);
}

// What became a complaint meanwhile stays.
const liftStopsStatement = statement(
  'notifications.lift_stops',
  `delete from notifications.suppressions where id = any ($1) and source = 'recipient'`,
);

/** Lifts exactly these: one that was made since they were read stays. */
export async function liftStops(queryable: Queryable, stops: readonly Stop[]): Promise<void> {
  if (stops.length > 0) await queryable.query(liftStopsStatement, [stops.map(({ id }) => id)]);
}

const optOutStatement = statement<{ optedOut: boolean }>(
  'notifications.is_opted_out',
  `select exists (select from notifications.suppressions where channel = $1 and address = lower($2)) as "optedOut"`,
);

/** Whether no marketing goes to the address. */
export async function isOptedOut(queryable: Queryable, channel: Channel, address: string): Promise<boolean> {
  return (await queryable.query(optOutStatement, [channel, address]))[0]?.optedOut ?? false;
}
