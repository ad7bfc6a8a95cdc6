import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Budget, BudgetStatus } from './budget.ts';

interface Row {
  readonly category: string;
  readonly currency: string;
  readonly amount: string;
  readonly thresholds: readonly number[];
  readonly spent: string;
}

const listStatement = statement<Omit<Row, 'spent'>>(
  'teams.list_budgets',
  `select category, currency, amount_minor::text as amount, thresholds from teams.budgets
   where team_id = $1 order by category, currency`,
);

/** The budgets of a team. */
export async function listBudgets(queryable: Queryable, teamId: string): Promise<Budget[]> {
  return (await queryable.query(listStatement, [teamId])).map(budgetOf);
}

const statusStatement = statement<Row>(
  'teams.list_budget_statuses',
  `select b.category, b.currency, b.amount_minor::text as amount, b.thresholds, (
     select coalesce(sum(e.amount_minor), 0)::text from teams.entries e
     where e.team_id = b.team_id and e.kind = 'expense' and e.state = 'counted' and e.currency = b.currency
       and e.occurred_on >= $2::date and e.occurred_on < $2::date + interval '1 month'
       and (b.category = '' or e.category = b.category)) as spent
   from teams.budgets b where b.team_id = $1 order by b.category, b.currency`,
);

/** The budgets of a team with what was spent in a month, by its first day. */
export async function listBudgetStatuses(queryable: Queryable, teamId: string, month: string): Promise<BudgetStatus[]> {
  const rows = await queryable.query(statusStatement, [teamId, month]);
  return rows.map(({ spent, ...row }) => ({ ...budgetOf(row), spent: BigInt(spent) }));
}

function budgetOf({ category, currency, amount, thresholds }: Omit<Row, 'spent'>): Budget {
  return { category: category === '' ? null : category, currency, amount: BigInt(amount), thresholds };
}

const versionStatement = statement<{ version: number }>(
  'teams.find_budget_version',
  'select version from teams.budget_plans where team_id = $1',
);

/** How often the budgets of a team were changed; 0 before there were any. */
export async function findBudgetVersion(queryable: Queryable, teamId: string): Promise<number> {
  const [row] = await queryable.query(versionStatement, [teamId]);
  return row?.version ?? 0;
}

const bumpStatement = statement<{ version: number }>(
  'teams.bump_budget_version',
  `insert into teams.budget_plans (team_id) values ($1)
   on conflict (team_id) do update set version = teams.budget_plans.version + 1 returning version`,
);

/** Takes the lock of a team's budgets until the transaction ends. @returns their new version */
export async function bumpBudgetVersion(tx: Transaction, teamId: string): Promise<number> {
  const [row] = await tx.query(bumpStatement, [teamId]);
  if (row === undefined) throw new Error('An insert gave no row.');
  return row.version;
}

const deleteStatement = statement('teams.delete_budgets', 'delete from teams.budgets where team_id = $1');
const insertStatement = statement(
  'teams.insert_budgets',
  `insert into teams.budgets (team_id, category, currency, amount_minor, thresholds)
   select $1, b.category, b.currency, b.amount,
     coalesce((select array_agg(t::integer) from unnest(string_to_array(nullif(b.thresholds, ''), ',')) t), '{}')
   from unnest($2::text[], $3::text[], $4::bigint[], $5::text[]) b (category, currency, amount, thresholds)`,
);

/** Puts these budgets in the place of all. */
export async function replaceBudgets(tx: Transaction, teamId: string, budgets: readonly Budget[]): Promise<void> {
  await tx.query(deleteStatement, [teamId]);
  await tx.query(insertStatement, [
    teamId,
    budgets.map(({ category }) => category ?? ''),
    budgets.map(({ currency }) => currency),
    budgets.map(({ amount }) => amount),
    budgets.map(({ thresholds }) => thresholds.join()),
  ]);
}

/** A threshold that was reached and of which nobody has been told. */
export interface ReachedThreshold {
  readonly teamId: string;
  readonly teamName: string;
  readonly category: string;
  readonly currency: string;
  readonly month: string;
  readonly threshold: number;
  readonly amount: string;
  readonly spent: string;
}

// Whoever writes the alert writes the messages in the same transaction.
const takeStatement = statement<ReachedThreshold>(
  'teams.take_reached_thresholds',
  `with spending as (
     select b.team_id, b.category, b.currency, b.amount_minor, b.thresholds, sum(e.amount_minor) as spent
     from teams.budgets b join teams.teams t on t.id = b.team_id and t.archived_at is null
       join teams.entries e on e.team_id = b.team_id and e.kind = 'expense' and e.state = 'counted'
         and e.currency = b.currency and (b.category = '' or e.category = b.category)
         and e.occurred_on >= $1::date and e.occurred_on < $1::date + interval '1 month'
     where cardinality(b.thresholds) > 0
     group by 1, 2, 3, 4, 5
   ), reached as (
     select s.team_id, s.category, s.currency, threshold, s.amount_minor, s.spent
     from spending s, unnest(s.thresholds) threshold where s.spent * 100 >= s.amount_minor::numeric * threshold
   ), told as (
     insert into teams.budget_alerts (team_id, category, currency, month, threshold, told_at)
     select r.team_id, r.category, r.currency, $1::date, r.threshold, $2 from reached r order by 1, 2, 3, 5
     on conflict do nothing returning team_id, category, currency, threshold
   )
   select team_id as "teamId", t.name as "teamName", category, currency, $1::date::text as month, threshold,
     r.amount_minor::text as amount, r.spent::text as spent
   from told join reached r using (team_id, category, currency, threshold) join teams.teams t on t.id = team_id
   order by team_id, category, currency, threshold`,
);

/** Notes every threshold that was reached in a month and not noted before, in all teams. @returns those noted now */
export async function takeReachedThresholds(tx: Transaction, month: string, at: Date): Promise<ReachedThreshold[]> {
  return tx.query(takeStatement, [month, at]);
}

const ownersStatement = statement<{ teamId: string; userId: string }>(
  'teams.list_owners',
  `select team_id as "teamId", user_id as "userId" from teams.members
   where team_id = any ($1) and role = 'owner' and left_at is null and user_id is not null order by 1, 2`,
);

/** The accounts that own these teams. */
export async function listOwners(
  queryable: Queryable,
  teamIds: readonly string[],
): Promise<{ readonly teamId: string; readonly userId: string }[]> {
  return queryable.query(ownersStatement, [teamIds]);
}
