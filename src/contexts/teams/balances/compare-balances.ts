import { statement } from '../../../database/transaction.ts';
import type { TeamsDependencies } from '../dependencies.ts';

/** A balance that is not what its legs come to. */
export interface BalanceDifference {
  readonly teamId: string;
  readonly currency: string;
  readonly memberId: string;
  /** In minor units, as text: what the legs come to, and what is kept. */
  readonly expected: string;
  readonly actual: string;
}

export interface BalanceComparison {
  /** Balances that were recomputed. */
  readonly balances: number;
  readonly differences: readonly BalanceDifference[];
}

const compareStatement = statement<BalanceDifference & { readonly balances: number }>(
  'teams.compare_balances',
  `with expected as (
     select l.team_id, l.currency, l.member_id, sum(l.paid_minor - l.owed_minor) as net
     from teams.legs l join teams.entries e on e.id = l.entry_id where e.state = 'counted' group by 1, 2, 3
   ), compared as (
     select team_id, currency, member_id, coalesce(e.net, 0) as expected, coalesce(b.net_minor, 0) as actual
     from expected e full join teams.balances b using (team_id, currency, member_id)
   )
   select team_id as "teamId", currency, member_id as "memberId", expected::text, actual::text,
     (select count(*) from compared) as balances
   from compared where expected <> actual
   union all select null, '', null, '', '', count(*) from compared
   order by balances, 1, 2, 3`,
);

/**
 * Recomputes every balance of every team from its legs, in one snapshot, and tells which differ from what is kept. Writers
 * may run meanwhile.
 */
export async function compareBalances({ worker }: Pick<TeamsDependencies, 'worker'>): Promise<BalanceComparison> {
  const rows = await worker.transaction((tx) => tx.query(compareStatement), { readOnly: true, statementTimeout: 0 });
  const differences = rows.filter(({ currency }) => currency !== '');
  return { balances: rows[0]?.balances ?? 0, differences: differences.map(({ balances: _, ...row }) => row) };
}
