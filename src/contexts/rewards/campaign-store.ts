import { raw } from 'objection';
import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { CursorPosition } from '../../shared/cursor.ts';
import type { BonusCampaign } from './bonus-campaign.ts';
import { BonusCampaignModel } from './models.ts';

/** A campaign with what its pool has paid out. */
export interface BonusCampaignRow extends BonusCampaign {
  readonly coinsGranted: number;
  /** `created_at` as PostgreSQL writes it, for cursors. */
  readonly sortKey: string;
}

const openPoolStatement = statement(
  'rewards.open_pool',
  `insert into rewards.accounts (id, kind) values ($1, 'campaign-pool')`,
);

/** Stores the campaign and opens its pool: the account that its coins come from. */
export async function insertCampaign(tx: Transaction, campaign: BonusCampaign): Promise<void> {
  await tx.query(openPoolStatement, [campaign.id]);
  const { smsTemplate, ...row } = campaign;
  await BonusCampaignModel.query(tx.models).insert({
    ...row,
    templateKey: smsTemplate?.key ?? null,
    templateVersion: smsTemplate?.version ?? null,
  });
}

export async function findCampaign(tx: Transaction, id: string): Promise<BonusCampaignRow | undefined> {
  const found = (await campaigns(tx).findById(id)) as StoredCampaign | undefined;
  return found === undefined ? undefined : campaignOf(found);
}

const findNamed = statement<{ name: string; createdAt: Date }>(
  'rewards.find_named_campaign',
  `select name, created_at as "createdAt" from rewards.bonus_campaigns where id = $1`,
);

/** What a campaign is called, for other contexts' reports. */
export async function findBonusCampaign(
  queryable: Queryable,
  id: string,
): Promise<{ readonly name: string; readonly createdAt: Date } | undefined> {
  return (await queryable.query(findNamed, [id]))[0];
}

/** The newest first, strictly after `after`. */
export async function listCampaigns(
  tx: Transaction,
  { limit, after }: { readonly limit: number; readonly after: CursorPosition | undefined },
): Promise<BonusCampaignRow[]> {
  const page = campaigns(tx).orderBy('c.created_at', 'desc').orderBy('c.id', 'desc').limit(limit);
  if (after !== undefined)
    void page.whereRaw('(c.created_at, c.id) < (?::timestamptz, ?::uuid)', [after.key, after.id]);
  return ((await page) as unknown as StoredCampaign[]).map(campaignOf);
}

type StoredCampaign = Omit<BonusCampaignRow, 'smsTemplate'> & {
  readonly templateKey: string | null;
  readonly templateVersion: number | null;
};

function campaignOf(stored: StoredCampaign): BonusCampaignRow {
  const { templateKey: key, templateVersion: version } = stored;
  return { ...stored, smsTemplate: key === null || version === null ? null : { key, version } };
}

function campaigns(tx: Transaction) {
  return BonusCampaignModel.query(tx.models)
    .alias('c')
    .join('rewards.accounts as pool', 'pool.id', 'c.id')
    .select('c.*', raw('-pool.balance as coins_granted'), raw('c.created_at::text as sort_key'));
}
