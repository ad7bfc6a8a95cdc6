import { statement } from '../../../database/transaction.ts';
import type { TeamsDependencies } from '../dependencies.ts';

/** A debt between two that is not what the legs come to. */
export interface DebtDifference {
  readonly teamId: string;
  readonly currency: string;
  /** The lesser id, who owes; below zero, who is owed. */
  readonly oneId: string;
  readonly otherId: string;
  /** In minor units, as text: what the legs come to, and what is kept. */
  readonly expected: string;
  readonly actual: string;
}

export interface DebtComparison {
  /** Debts that were recomputed. */
  readonly debts: number;
  readonly differences: readonly DebtDifference[];
}

// Written apart from what keeps them (teams.change_debts), for it is their proof: debtors and creditors of an entry lie along
// one line each. Where one alone paid too much, as nearly always, the line is not needed: that is three times as fast.
const compareStatement = statement<DebtDifference & { readonly debts: number }>(
  'teams.compare_debts',
  `with parts as materialized (
     select l.entry_id, l.team_id, l.currency, l.member_id, l.paid_minor - l.owed_minor as net
     from teams.entries e join teams.legs l on l.entry_id = e.id
     where e.state = 'counted' and l.paid_minor <> l.owed_minor
   ), creditors as materialized (
     select entry_id, (array_agg(member_id))[1] as creditor, count(*) as n from parts where net > 0 group by 1
   ), sides as (
     select entry_id, team_id, currency, member_id, net < 0 as owes,
       sum(abs(net)) over (partition by entry_id, net < 0 order by member_id) as upto, abs(net) as size
     from parts join creditors using (entry_id) where n > 1
   ), pairs as (
     select d.team_id, d.currency, d.member_id as debtor, c.creditor, sum(-d.net) as amount
     from parts d join creditors c using (entry_id) where d.net < 0 and c.n = 1 group by 1, 2, 3, 4
     union all
     select d.team_id, d.currency, d.member_id, c.member_id,
       sum(least(d.upto, c.upto) - greatest(d.upto - d.size, c.upto - c.size))
     from sides d join sides c on c.entry_id = d.entry_id and not c.owes
       and d.upto - d.size < c.upto and c.upto - c.size < d.upto
     where d.owes group by 1, 2, 3, 4
   ), expected as (
     select team_id, currency, least(debtor, creditor) as one_id, greatest(debtor, creditor) as other_id,
       sum(case when debtor < creditor then amount else -amount end) as amount
     from pairs group by 1, 2, 3, 4
   ), compared as (
     select team_id, currency, one_id, other_id, coalesce(e.amount, 0) as expected, coalesce(d.amount_minor, 0) as actual
     from expected e full join teams.debts d using (team_id, currency, one_id, other_id)
   )
   select team_id as "teamId", currency, one_id as "oneId", other_id as "otherId", expected::text, actual::text,
     (select count(*) from compared) as debts
   from compared where expected <> actual
   union all select null, '', null, null, '', '', count(*) from compared
   order by debts, 1, 2, 3, 4`,
);

/**
 * Recomputes who owes whom, in every team, from its legs, in one snapshot, and tells which differ from what is kept. Writers may
 * run meanwhile.
 */
export async function compareDebts({ worker }: Pick<TeamsDependencies, 'worker'>): Promise<DebtComparison> {
  const rows = await worker.transaction((tx) => tx.query(compareStatement), { readOnly: true, statementTimeout: 0 });
  const differences = rows.filter(({ currency }) => currency !== '');
  return { debts: rows[0]?.debts ?? 0, differences: differences.map(({ debts: _, ...row }) => row) };
}
