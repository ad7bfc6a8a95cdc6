import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';

/** One thing that disagrees with the ledger; amounts in coins. */
export interface WalletDifference {
  readonly kind: 'balance' | 'posting' | 'grant' | 'bonus' | 'round' | 'redemption';
  /** The account, the posting's reference, the grant, the round, or the redemption. */
  readonly id: string;
  readonly expected: number;
  readonly actual: number;
}

const differencesStatement = statement<WalletDifference>(
  'rewards.list_ledger_differences',
  `select 'balance' as kind, id, expected, balance as actual
   from (
     select coalesce(a.id, e.account_id) as id, coalesce(e.total, 0) as expected, coalesce(a.balance, 0) as balance
     from rewards.accounts a
       full join (select account_id, sum(amount) as total from rewards.ledger_entries group by account_id) e
         on e.account_id = a.id
     where a.id is null or a.balance <> coalesce(e.total, 0)) wrong_balances
   union all
   select 'posting', ref_id, 0, sum(amount) from rewards.ledger_entries group by ref_type, ref_id having sum(amount) <> 0
   union all
   select case when g.id is null then 'bonus' else 'grant' end, coalesce(g.id, e.ref_id), coalesce(g.amount, 0),
     coalesce(e.received, 0)
   from (select * from rewards.bonus_grants where status = 'credited') g
     full join (
       select ref_id, count(*) as legs, max(amount) as received, min(amount) as paid,
         max(account_id::text) filter (where amount > 0) as receiver,
         max(account_id::text) filter (where amount < 0) as payer
       from rewards.ledger_entries where ref_type = 'bonus' group by ref_id) e
       on e.ref_id = g.id
   where g.id is null or e.ref_id is null or e.legs <> 2 or e.received <> g.amount or e.paid <> -g.amount
     or e.receiver <> g.user_id::text or e.payer <> g.campaign_id::text
   union all
   select 'round', coalesce(s.round_id, e.ref_id), coalesce(s.coins, 0), coalesce(e.amount, 0)
   from (select * from rewards.score_events where coins > 0) s
     full join (select * from rewards.ledger_entries where ref_type = 'round' and amount > 0) e on e.ref_id = s.round_id
   where (s.user_id, s.coins) is distinct from (e.account_id, e.amount)
     and not exists (select from rewards.erased_members m where m.user_id = e.account_id)
   union all
   select 'redemption', r.id, case when refunded_at is null then r.coins else 0 end, coalesce(-sum(e.amount), 0)
   from rewards.redemptions r
     left join rewards.ledger_entries e
       on e.ref_id = r.id and e.account_id = r.user_id and e.ref_type in ('spend', 'refund')
   group by r.id having coalesce(-sum(e.amount), 0) <> case when refunded_at is null then r.coins else 0 end
   order by 1, 2`,
);

/** Everything that disagrees. Reads whole tables. */
export async function listDifferences(tx: Transaction): Promise<WalletDifference[]> {
  return tx.query(differencesStatement);
}

export interface LedgerTotals {
  readonly asOf: Date;
  readonly accounts: number;
  readonly entries: number;
  readonly creditedGrants: number;
}

const totalsStatement = statement<LedgerTotals>(
  'rewards.count_ledger',
  `select transaction_timestamp() as "asOf", (select count(*) from rewards.accounts) as accounts,
     (select count(*) from rewards.ledger_entries) as entries,
     (select count(*) from rewards.bonus_grants where status = 'credited') as "creditedGrants"`,
);

export async function countLedger(tx: Transaction): Promise<LedgerTotals> {
  const [totals] = await tx.query(totalsStatement);
  if (totals === undefined) throw new Error('Counting gave no row.');
  return totals;
}
