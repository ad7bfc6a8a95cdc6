import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';

/** How often e-mails of a campaign were opened and clicked: by how many recipients, and how many times in all. */
export interface Engagement {
  readonly openedBy: number;
  readonly opens: number;
  readonly clickedBy: number;
  readonly clicks: number;
}

const openStatement = statement<{ opens: number }>(
  'notifications.record_open',
  `insert into notifications.engagements as e (message_id, campaign_id, opens, first_opened_at, last_at)
   select m.id, m.group_id, 1, $2, $2 from notifications.messages m where m.id = $1 and m.group_id is not null
   on conflict (message_id) do update set opens = e.opens + 1,
     first_opened_at = coalesce(e.first_opened_at, excluded.first_opened_at), last_at = excluded.last_at
   returning opens`,
);

/** Counts an open; nothing for a message that is not there. */
export async function recordOpen(queryable: Queryable, messageId: string, now: Date): Promise<void> {
  await queryable.query(openStatement, [messageId, now]);
}

const clickStatement = statement<{ target: string }>(
  'notifications.record_click',
  `with link as (
     select m.id, m.group_id, l.target from notifications.messages m
     join notifications.tracked_links l on l.campaign_id = m.group_id and l.number = $2 where m.id = $1
   ), counted as (
     insert into notifications.engagements as e (message_id, campaign_id, clicks, first_clicked_at, last_at)
     select id, group_id, 1, $3, $3 from link
     on conflict (message_id) do update set clicks = e.clicks + 1,
       first_clicked_at = coalesce(e.first_clicked_at, excluded.first_clicked_at), last_at = excluded.last_at
   )
   select target from link`,
);

/** Counts a click. @returns where the link leads; undefined for one that was never given out */
export async function recordClick(
  queryable: Queryable,
  link: { readonly messageId: string; readonly number: number },
  now: Date,
): Promise<string | undefined> {
  return (await queryable.query(clickStatement, [link.messageId, link.number, now]))[0]?.target;
}

const sumStatement = statement<Engagement>(
  'notifications.sum_engagement',
  `select count(*) filter (where opens > 0) as "openedBy", coalesce(sum(opens), 0)::bigint as opens,
     count(*) filter (where clicks > 0) as "clickedBy", coalesce(sum(clicks), 0)::bigint as clicks
   from notifications.engagements where campaign_id = $1`,
);

export async function sumEngagement(queryable: Queryable, campaignId: string): Promise<Engagement> {
  const [sum] = await queryable.query(sumStatement, [campaignId]);
  return sum ?? { openedBy: 0, opens: 0, clickedBy: 0, clicks: 0 };
}

const forgetStatement = statement(
  'notifications.forget_engagement',
  `update notifications.engagements e set first_opened_at = null, first_clicked_at = null, last_at = null
   from notifications.messages m where m.id = e.message_id and m.user_id = $1`,
);

/** Forgets when a person opened and clicked; that it was done stays counted. */
export async function forgetEngagement(queryable: Queryable, userId: string): Promise<void> {
  await queryable.query(forgetStatement, [userId]);
}

const linksStatement = statement<{ number: number; target: string }>(
  'notifications.list_tracked_links',
  'select number, target from notifications.tracked_links where campaign_id = $1',
);
const lockLinksStatement = statement(
  'notifications.lock_tracked_links',
  `select pg_advisory_xact_lock(hashtextextended('notifications.links:' || $1, 0))`,
);
const addLinksStatement = statement(
  'notifications.add_tracked_links',
  `insert into notifications.tracked_links (campaign_id, number, target)
   select $1::uuid, n.number, n.target
   from (select target, (select coalesce(max(number), 0) from notifications.tracked_links where campaign_id = $1::uuid)
       + row_number() over () as number
     from unnest($2::text[]) as t (target)) n
   where n.number <= $3`,
);

/**
 * The numbers under which these addresses are linked in a campaign; new ones get a number, at most `most` in all. Those
 * beyond have none.
 */
export async function numberLinks(
  queryable: Queryable,
  campaignId: string,
  { targets, most }: { readonly targets: ReadonlySet<string>; readonly most: number },
): Promise<ReadonlyMap<string, number>> {
  const read = async (): Promise<Map<string, number>> =>
    new Map((await queryable.query(linksStatement, [campaignId])).map(({ target, number }) => [target, number]));
  const known = await read();
  if (known.size >= most || [...targets].every((target) => known.has(target))) return known;
  await queryable.query(lockLinksStatement, [campaignId]);
  const present = await read();
  const added = [...targets].filter((target) => !present.has(target));
  await queryable.query(addLinksStatement, [campaignId, added, most]);
  return read();
}
