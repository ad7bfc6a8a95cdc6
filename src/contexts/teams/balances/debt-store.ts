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

const listStatement = statement<Omit<Debt, 'amount'> & { readonly amount: string }>(
  'teams.list_debts',
  `select case when amount_minor > 0 then one_id else other_id end as "debtorId",
     case when amount_minor > 0 then other_id else one_id end as "creditorId", currency, abs(amount_minor)::text as amount
   from teams.debts where team_id = $1 and amount_minor <> 0 order by 3, 1, 2`,
);

/** Who owes whom, pair by pair. */
export async function listDebts(queryable: Queryable, teamId: string): Promise<Debt[]> {
  const rows = await queryable.query(listStatement, [teamId]);
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
}
