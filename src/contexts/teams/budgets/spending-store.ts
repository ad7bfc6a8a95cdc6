import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';

/** What spending is summed by. */
export type SpendingBy = 'month' | 'category' | 'member';

/** A sum of one currency. */
export interface Spending {
  /** `2026-11`, a category (empty: none), or the id of a member. */
  readonly key: string;
  readonly currency: string;
  /** In minor units. By member it is what they owe of it: their share. */
  readonly amount: bigint;
  /** By member: what they paid of it. */
  readonly paid: bigint | null;
  /** How many expenses. */
  readonly expenses: number;
}

const of = (key: string): string =>
  `select ${key} as key, e.currency, sum(e.amount_minor)::text as amount, null as paid, count(*) as expenses
   from teams.entries e
   where e.team_id = $1 and e.kind = 'expense' and e.state = 'counted'
     and ($2::date is null or e.occurred_on >= $2) and ($3::date is null or e.occurred_on < $3)
   group by 1, 2 order by 1, 2 limit $4`;

type Row = Omit<Spending, 'amount' | 'paid'> & { readonly amount: string; readonly paid: string | null };

const statements = {
  month: statement<Row>('teams.sum_spending_by_month', of(`to_char(e.occurred_on, 'YYYY-MM')`)),
  category: statement<Row>('teams.sum_spending_by_category', of(`coalesce(e.category, '')`)),
  member: statement<Row>(
    'teams.sum_spending_by_member',
    `select l.member_id::text as key, e.currency, sum(l.owed_minor)::text as amount, sum(l.paid_minor)::text as paid,
       count(*) as expenses
     from teams.entries e join teams.legs l on l.entry_id = e.id
     where e.team_id = $1 and e.kind = 'expense' and e.state = 'counted'
       and ($2::date is null or e.occurred_on >= $2) and ($3::date is null or e.occurred_on < $3)
     group by 1, 2 order by 1, 2 limit $4`,
  ),
} as const;

/** The most rows a summary has: more is no chart. */
export const MOST_ROWS = 5_000;

/** Reads every expense of the range: for the reporting pool. Settlements, carry-overs and conversions are no spending. */
export async function sumSpending(
  queryable: Queryable,
  { teamId, by, from, to }: { teamId: string; by: SpendingBy; from: string | undefined; to: string | undefined },
): Promise<Spending[]> {
  const rows = await queryable.query(statements[by], [teamId, from ?? null, to ?? null, MOST_ROWS]);
  return rows.map(({ amount, paid, ...row }) => ({
    ...row,
    amount: BigInt(amount),
    paid: paid === null ? null : BigInt(paid),
  }));
}
