import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';

/** A user and the coins that came into or left the wallet. */
export interface TopWallet {
  readonly userId: string;
  readonly coins: number;
}

const topWallets = statement<TopWallet & { direction: 'received' | 'spent' }>(
  'rewards.list_top_wallets',
  `with moved as materialized (
     select account_id, coalesce(sum(amount) filter (where amount > 0), 0)::bigint as received,
       coalesce(-sum(amount) filter (where amount < 0), 0)::bigint as spent
     from rewards.ledger_entries e
     where created_at >= $1 and created_at < $2
       and account_id not in (select id from rewards.accounts where kind <> 'wallet')
     group by account_id)
   (select 'received' as direction, account_id as "userId", received as coins from moved where received > 0
    order by received desc, account_id limit $3)
   union all
   (select 'spent', account_id, spent from moved where spent > 0 order by spent desc, account_id limit $3)`,
);

/**
 * The users who received, and who spent, the most coins in [from, to); equal ones in the order of their ids. Reads every
 * entry of that time: for jobs.
 */
export async function listTopWallets(
  queryable: Queryable,
  { from, to, limit }: { readonly from: Date; readonly to: Date; readonly limit: number },
): Promise<{ readonly received: readonly TopWallet[]; readonly spent: readonly TopWallet[] }> {
  const rows = await queryable.query(topWallets, [from, to, limit]);
  const of = (direction: 'received' | 'spent'): TopWallet[] =>
    rows.flatMap((row) => (row.direction === direction ? [{ userId: row.userId, coins: row.coins }] : []));
  return { received: of('received'), spent: of('spent') };
}
