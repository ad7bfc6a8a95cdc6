import { column } from '../../database/column.ts';
import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { CursorPosition } from '../../shared/cursor.ts';

/** Why coins move; with the reference it names a posting, which exists once. */
export type PostingKind = 'bonus' | 'spend' | 'round' | 'refund';

/** One movement of coins from one account to another. */
export interface Posting {
  /** The grant, round or purchase that moves them: with the kind, this posting's business key. */
  readonly reference: string;
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

const insertPostingsStatement = statement(
  'rewards.insert_postings',
  `insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id)
   select leg.account_id, leg.amount, $1, p.reference
   from (
     select reference, coalesce(own_from, $4) as from_id, coalesce(own_to, $6) as to_id, coalesce(own_amount, $8) as amount
     from unnest($2::uuid[], $3::uuid[], $5::uuid[], $7::bigint[]) t (reference, own_from, own_to, own_amount)) p
     cross join lateral (values (p.to_id, p.amount), (p.from_id, -p.amount)) leg (account_id, amount)`,
);

/**
 * Books both legs of each posting; the ledger's trigger then locks the accounts (wallets by id, shared ones last) and moves
 * their balances. Book once per transaction and late: the pool is locked from here to the commit.
 *
 * @throws DatabaseError `ledger_entries_posted_once` when a posting exists, `accounts_wallet_not_negative` when a wallet lacks
 *   the coins
 */
export async function insertPostings(tx: Transaction, kind: PostingKind, postings: readonly Posting[]): Promise<void> {
  if (postings.length === 0) return;
  await tx.query(insertPostingsStatement, [
    kind,
    postings.map(({ reference }) => reference),
    ...column(postings.map(({ from }) => from)),
    ...column(postings.map(({ to }) => to)),
    ...column(postings.map(({ amount }) => amount)),
  ]);
}

const openWalletsStatement = statement(
  'rewards.open_wallets',
  `insert into rewards.accounts (id, kind) select id, 'wallet' from unnest($1::uuid[]) id order by id on conflict do nothing`,
);

/** Makes sure that these users have a wallet. */
export async function openWallets(tx: Transaction, userIds: readonly string[]): Promise<void> {
  await tx.query(openWalletsStatement, [userIds]);
}

const findBalanceStatement = statement<{ balance: number }>(
  'rewards.find_balance',
  `select balance from rewards.accounts where id = $1 and kind = 'wallet'`,
);

/** The coins of a user; 0 for one who never received any. */
export async function findBalance(queryable: Queryable, userId: string): Promise<number> {
  const [wallet] = await queryable.query(findBalanceStatement, [userId]);
  return wallet?.balance ?? 0;
}

/** One movement of one wallet. */
export interface WalletEntry {
  readonly id: number;
  readonly amount: number;
  readonly kind: string;
  readonly reference: string;
  readonly campaignName: string | null;
  readonly createdAt: Date;
}

const listEntriesStatement = statement<WalletEntry>(
  'rewards.list_wallet_entries',
  `select e.id, e.amount, e.ref_type as kind, e.ref_id as reference, c.name as "campaignName", e.created_at as "createdAt"
   from (
     select * from rewards.ledger_entries where account_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3
   ) e
     left join rewards.bonus_grants g on e.ref_type = 'bonus' and g.id = e.ref_id
     left join rewards.bonus_campaigns c on c.id = g.campaign_id
   order by e.id desc`,
);

/** A wallet's entries, the newest first, strictly after `after`. */
export async function listEntries(
  queryable: Queryable,
  userId: string,
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<WalletEntry[]> {
  return queryable.query(listEntriesStatement, [userId, after?.id ?? null, limit]);
}
