import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import type { SmsTemplate } from '../notifications/index.ts';
import { smsTemplateOf, templateColumns } from './sms-template.ts';
import type { TemplateColumns } from './sms-template.ts';

/** A grant that the running transaction made; without a user it waits for one. */
export interface NewGrant {
  readonly id: string;
  readonly phone: string;
  readonly userId: string | null;
}

const insertGrantsStatement = statement<NewGrant>(
  'rewards.insert_grants',
  `insert into rewards.bonus_grants (campaign_id, period_key, phone, user_id, amount, import_id, status, credited_at)
   select i.campaign_id, i.period_key, p.phone, m.user_id, i.coins, i.id,
     case when m.user_id is null then 'pending' else 'credited' end, case when m.user_id is not null then now() end
   from rewards.bonus_imports i
     cross join (select '+' || number as phone from unnest($2::bigint[]) number) p
     left join rewards.members m on m.phone = p.phone
   where i.id = $1 order by p.phone
   on conflict do nothing
   returning id, phone, user_id as "userId"`,
);

/**
 * Grants the import's coins to each phone that has none of this campaign and period yet, neither by number nor by owner:
 * both unique indexes decide, against concurrent files too. Does NOT move coins. Takes the locks of the indexes in the order of
 * phones, like every transaction: unsorted files against each other were measured 28 times slower, with 55 deadlocks.
 *
 * @param numbers distinct, as PostgreSQL writes a `bigint[]`
 */
export async function insertGrants(tx: Transaction, importId: string, numbers: string): Promise<NewGrant[]> {
  return tx.query(insertGrantsStatement, [importId, numbers]);
}

/** A pending grant whose phone has an owner now, held until the transaction ends. */
export interface ClaimableGrant {
  readonly id: string;
  readonly phone: string;
  readonly userId: string;
  readonly amount: number;
  readonly campaignId: string;
  readonly importId: string;
  readonly message: string;
  /** What its text is made from, one object per campaign; null for `message`. */
  readonly smsTemplate: SmsTemplate | null;
}

const lockClaimableStatement = statement<Omit<ClaimableGrant, 'smsTemplate'> & TemplateColumns>(
  'rewards.lock_claimable_grants',
  `select g.id, g.phone, m.user_id as "userId", g.amount, g.campaign_id as "campaignId", g.import_id as "importId", i.message,
     ${templateColumns}
   from rewards.bonus_grants g
     join rewards.members m on m.phone = g.phone
     join rewards.bonus_imports i on i.id = g.import_id
     join rewards.bonus_campaigns c on c.id = g.campaign_id
   where g.status = 'pending' and g.phone = any ($1) and (i.claim_until is null or i.claim_until > $2)
   order by g.campaign_id, g.period_key, g.phone
   for update of g`,
);

/** The pending grants of these phones that may be claimed now. */
export async function lockClaimableGrants(
  tx: Transaction,
  phones: readonly string[],
  now: Date,
): Promise<ClaimableGrant[]> {
  const rows = await tx.query(lockClaimableStatement, [phones, now]);
  const templates = new Map(rows.map((row) => [row.campaignId, smsTemplateOf(row)]));
  return rows.map((row) => ({ ...row, smsTemplate: templates.get(row.campaignId) ?? null }));
}

const creditPendingStatement = statement<{ id: string }>(
  'rewards.credit_pending_grants',
  `update rewards.bonus_grants g set status = 'credited', user_id = c.user_id, credited_at = now()
   from unnest($1::uuid[], $2::uuid[]) c (id, user_id)
   where g.id = c.id and g.status = 'pending'
     and not exists (
       select from rewards.bonus_grants other
       where other.campaign_id = g.campaign_id and other.period_key = g.period_key and other.user_id = c.user_id)
   returning g.id`,
);

/**
 * Gives locked pending grants to their owners, except where the owner holds one of that campaign and period already.
 *
 * @returns the ids of those given
 */
export async function creditPending(tx: Transaction, grants: readonly ClaimableGrant[]): Promise<Set<string>> {
  const rows = await tx.query(creditPendingStatement, [grants.map(({ id }) => id), grants.map(({ userId }) => userId)]);
  return new Set(rows.map(({ id }) => id));
}

const closeAsDuplicateStatement = statement(
  'rewards.close_duplicate_grants',
  `update rewards.bonus_grants set status = 'duplicate' where id = any ($1) and status = 'pending'`,
);

/** Ends pending grants whose owner was paid under another number. */
export async function closeAsDuplicate(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.query(closeAsDuplicateStatement, [ids]);
}

const expireGrantsStatement = statement<{ importId: string; count: number }>(
  'rewards.expire_grants',
  `with due as (
     select g.id from rewards.bonus_campaigns c join rewards.bonus_grants g on g.campaign_id = c.id
     where c.claim_until <= $1 and g.status = 'pending'
     order by g.campaign_id, g.period_key, g.phone limit $2
     for update of g skip locked),
   expired as (
     update rewards.bonus_grants g set status = 'expired' from due where g.id = due.id returning g.import_id)
   select import_id as "importId", count(*)::int as count from expired group by import_id order by import_id`,
);

/** Ends pending grants of closed campaigns, at most `limit`. @returns how many of each import */
export async function expireGrants(
  tx: Transaction,
  now: Date,
  limit: number,
): Promise<{ importId: string; count: number }[]> {
  return tx.query(expireGrantsStatement, [now, limit]);
}
