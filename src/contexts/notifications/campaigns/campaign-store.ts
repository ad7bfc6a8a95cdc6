import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { Campaign, CampaignPlan, CampaignState } from './campaign.ts';

const columns = `id, name, channel, template_key as "templateKey", template_version as "templateVersion", variables,
  recipient_variables as "recipientVariables", segment, tracking, scheduled_at as "scheduledAt", state, frozen_at as "frozenAt", audience, pending, skipped,
  created_by as "createdBy", created_at as "createdAt", finished_at as "finishedAt"`;

const insertStatement = statement(
  'notifications.insert_campaign',
  `insert into notifications.campaigns (id, name, channel, template_key, template_version, variables,
     recipient_variables, segment, tracking, scheduled_at, state, created_by, created_at)
   values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8::jsonb, $9, $10, 'scheduled', $11, $12)`,
);

export async function insertCampaign(
  tx: Transaction,
  plan: CampaignPlan & { readonly createdBy: string; readonly createdAt: Date },
): Promise<void> {
  await tx.query(insertStatement, [
    ...[plan.id, plan.name, plan.channel, plan.templateKey, plan.templateVersion, JSON.stringify(plan.variables)],
    ...[
      JSON.stringify(plan.recipientVariables),
      JSON.stringify(plan.segment),
      plan.tracking,
      plan.scheduledAt,
      plan.createdBy,
      plan.createdAt,
    ],
  ]);
}

const findStatement = statement<Campaign>(
  'notifications.find_campaign',
  `select ${columns} from notifications.campaigns where id = $1`,
);
const lockStatement = statement<Campaign>(
  'notifications.lock_campaign',
  `select ${columns} from notifications.campaigns where id = $1 for update`,
);
const holdStatement = statement<Campaign>(
  'notifications.hold_running_campaign',
  `select ${columns} from notifications.campaigns where id = $1 and state = 'running' for key share`,
);

export async function findCampaign(queryable: Queryable, id: string): Promise<Campaign | undefined> {
  return (await queryable.query(findStatement, [id]))[0];
}

/** Reads a campaign and waits for those who make its messages; none makes more until the transaction ends. */
export async function lockCampaign(tx: Transaction, id: string): Promise<Campaign | undefined> {
  return (await tx.query(lockStatement, [id]))[0];
}

/**
 * The campaign if it is running: it stays so until the transaction ends. Several may hold it at once, and each may count in
 * it; only `lockCampaign` waits for them.
 */
export async function holdRunningCampaign(tx: Transaction, id: string): Promise<Campaign | undefined> {
  return (await tx.query(holdStatement, [id]))[0];
}

/** A campaign and its sort key as PostgreSQL writes it. */
export type ListedCampaign = Campaign & { readonly sortKey: string };

const listStatement = statement<ListedCampaign>(
  'notifications.list_campaigns',
  `select ${columns}, created_at::text as "sortKey" from notifications.campaigns
   where ($1::text is null or state = $1) and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
   order by created_at desc, id desc limit $4`,
);

/** The newest first, strictly after `after`. */
export function listCampaigns(
  queryable: Queryable,
  page: {
    readonly state: CampaignState | undefined;
    readonly after: CursorPosition | undefined;
    readonly limit: number;
  },
): Promise<ListedCampaign[]> {
  return queryable.query(listStatement, [page.state, page.after?.key, page.after?.id, page.limit]);
}

const stateStatement = statement<Campaign>(
  'notifications.set_campaign_state',
  `update notifications.campaigns set state = $2, finished_at = $3 where id = $1 returning ${columns}`,
);

/** The caller holds the campaign's lock, and has judged the step. */
export async function setCampaignState(
  tx: Transaction,
  id: string,
  state: CampaignState,
  finishedAt: Date | null,
): Promise<Campaign> {
  const [campaign] = await tx.query(stateStatement, [id, state, finishedAt]);
  if (campaign === undefined) throw new Error('a locked campaign is gone');
  return campaign;
}

const startStatement = statement(
  'notifications.start_campaign',
  `update notifications.campaigns set state = 'running', frozen_at = $2, audience = $3, pending = $3 where id = $1`,
);

export async function markStarted(tx: Transaction, id: string, now: Date, audience: number): Promise<void> {
  await tx.query(startStatement, [id, now, audience]);
}

const countStatement = statement(
  'notifications.count_campaign_chunk',
  'update notifications.campaigns set pending = pending - $2::int - $3::int, skipped = skipped + $3::int where id = $1',
);

/** Takes recipients off those that are pending; call it last, for all who work on the campaign meet in this row. */
export async function countChunk(
  tx: Transaction,
  id: string,
  counts: { readonly queued: number; readonly skipped: number },
): Promise<void> {
  await tx.query(countStatement, [id, counts.queued, counts.skipped]);
}

const dueStatement = statement<{ id: string }>(
  'notifications.list_due_campaigns',
  `select id from notifications.campaigns
   where state = 'running' or (state = 'scheduled' and scheduled_at <= $1) order by scheduled_at limit 1000`,
);

/** Campaigns that somebody must work on now. */
export async function listDueCampaigns(queryable: Queryable, now: Date): Promise<string[]> {
  return (await queryable.query(dueStatement, [now])).map(({ id }) => id);
}
