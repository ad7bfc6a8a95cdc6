import type { ContextModule } from '../context.ts';
import { compareBalances } from './balances/compare-balances.ts';
import type { BalanceComparison } from './balances/compare-balances.ts';
import { compareDebts } from './balances/compare-debts.ts';
import type { DebtComparison } from './balances/compare-debts.ts';
import type { TeamsDependencies } from './dependencies.ts';
import { eraseTeammateJob } from './jobs.ts';
import { createTeamsOperations } from './operations.ts';
import { createPersonalData } from './personal-data.ts';
import { problems } from './problems.ts';
import { createTeamsTasks, teamsSchedule } from './tasks.ts';

export type { TeamsDependencies } from './dependencies.ts';
export { measured } from './measured.ts';

/** What the command line may ask of teams. */
export interface Teams extends ContextModule {
  /** Recomputes every balance from its legs and tells which differ. */
  compareBalances(): Promise<BalanceComparison>;
  /** The same for who owes whom, pair by pair. */
  compareDebts(): Promise<DebtComparison>;
}

/** Teams whose members spend money together, and who owes whom. */
export function createTeams(dependencies: TeamsDependencies): Teams {
  return {
    name: 'teams',
    operations: createTeamsOperations(dependencies),
    tasks: createTeamsTasks(dependencies),
    schedule: teamsSchedule,
    subscriptions: { 'user.deleted': [eraseTeammateJob] },
    personalData: createPersonalData(dependencies),
    problems,
    compareBalances: () => compareBalances(dependencies),
    compareDebts: () => compareDebts(dependencies),
    // What a use case has judged already, and another transaction has made untrue meanwhile.
    constraints: {
      teams_have_owner: problems['last-owner'],
      members_leave_settled: problems['member-unsettled'],
      members_once: problems['already-member'],
      entries_of_present_members: problems['member-unknown'],
      legs_of_member: problems['member-unknown'],
      teams_written_while_open: problems['team-archived'],
      balances_in_range: problems['money-overflow'],
      debts_in_range: problems['money-overflow'],
      entries_balanced: problems['shares-unbalanced'],
    },
  };
}
