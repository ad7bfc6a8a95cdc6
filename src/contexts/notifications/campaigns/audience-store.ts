import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Channel } from '../message.ts';
import type { Segment } from './segment.ts';

const members = (first: number): string => `
  notifications.recipients r left join notifications.preferences p on p.user_id = r.user_id
  where case $${first}::text when 'sms' then r.phone is not null else r.email is not null end
    and ($${first + 1}::text[] is null or r.country = any ($${first + 1}))
    and ($${first + 2}::text[] is null or r.roles && $${first + 2})
    and ($${first + 3}::timestamptz is null or r.registered_at >= $${first + 3})
    and ($${first + 4}::timestamptz is null or r.registered_at < $${first + 4})
    and ($${first + 5}::text[] is null or exists (select from unnest($${first + 5}) as wanted (locale)
      where starts_with(coalesce(p.locale, r.locale) || '-', wanted.locale || '-')))`;

const values = (
  channel: Channel,
  { countries, locales, roles, registeredFrom, registeredBefore }: Segment,
): unknown[] => [
  channel,
  countries ?? null,
  roles ?? null,
  registeredFrom ?? null,
  registeredBefore ?? null,
  locales ?? null,
];

const countStatement = statement<{ count: number }>(
  'notifications.count_audience',
  `select count(*) as count from ${members(1)}`,
);

/** How many people the channel reaches in this segment now. */
export async function countAudience(queryable: Queryable, channel: Channel, segment: Segment): Promise<number> {
  return (await queryable.query(countStatement, values(channel, segment)))[0]?.count ?? 0;
}

const freezeStatement = statement<{ count: number }>(
  'notifications.freeze_audience',
  `with frozen as (
     insert into notifications.campaign_recipients (campaign_id, recipient_id)
     select $1, r.user_id from ${members(2)} order by r.user_id returning 1)
   select count(*) as count from frozen`,
);

/** Writes down who is in the segment now, once. @returns how many */
export async function freezeAudience(
  tx: Transaction,
  campaign: { readonly id: string; readonly channel: Channel; readonly segment: Segment },
): Promise<number> {
  const rows = await tx.query(freezeStatement, [campaign.id, ...values(campaign.channel, campaign.segment)]);
  return rows[0]?.count ?? 0;
}
