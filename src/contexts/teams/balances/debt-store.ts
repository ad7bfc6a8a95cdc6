import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';

/** What one member owes another, over all counted entries. */
export interface Debt {
  readonly debtorId: string;
  readonly creditorId: string;
  /** ISO 4217. */
  readonly currency: string;
  /** In minor units; above zero. */
  readonly amount: bigint;
}

// Within an entry, those who paid too little stand along a line as long as what is missing, by id, and so do those who paid too
// much: where two lie side by side, the one owes the other. Sums are exact, and each entry adds as few pairs as can be. Where
// only one paid too much, as nearly always, the line is not needed: that is three times as fast.
const listStatement = statement<Omit<Debt, 'amount'> & { readonly amount: string }>(
  'teams.list_debts',
  `with parts as materialized (
     select l.entry_id, l.currency, l.member_id, l.paid_minor - l.owed_minor as net
     from teams.entries e join teams.legs l on l.entry_id = e.id
     where e.team_id = $1 and e.state = 'counted' and l.paid_minor <> l.owed_minor
   ), creditors as materialized (
     select entry_id, (array_agg(member_id))[1] as creditor, count(*) as n from parts where net > 0 group by 1
   ), sides as (
     select entry_id, currency, member_id, net < 0 as owes,
       (sum(abs(net)) over (partition by entry_id, net < 0 order by member_id))::bigint as upto, abs(net) as size
     from parts join creditors using (entry_id) where n > 1
   ), pairs as (
     select d.currency, d.member_id as debtor, c.creditor, sum(-d.net) as amount
     from parts d join creditors c using (entry_id) where d.net < 0 and c.n = 1 group by 1, 2, 3
     union all
     select d.currency, d.member_id, c.member_id, sum(least(d.upto, c.upto) - greatest(d.upto - d.size, c.upto - c.size))
     from sides d join sides c on c.entry_id = d.entry_id and not c.owes
       and d.upto - d.size < c.upto and c.upto - c.size < d.upto
     where d.owes group by 1, 2, 3
   ), netted as (
     select currency, least(debtor, creditor) as one, greatest(debtor, creditor) as other,
       sum(case when debtor < creditor then amount else -amount end) as amount
     from pairs group by 1, 2, 3
   )
   select case when amount > 0 then one else other end as "debtorId",
     case when amount > 0 then other else one end as "creditorId", currency, abs(amount)::text as amount
   from netted where amount <> 0 order by 3, 1, 2`,
);

/** Who owes whom, pair by pair. Reads every leg of the team: for the reporting pool. */
export async function listDebts(queryable: Queryable, teamId: string): Promise<Debt[]> {
  const rows = await queryable.query(listStatement, [teamId]);
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
}
