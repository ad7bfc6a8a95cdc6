import type { ContextHandlers } from '../../contract/handlers.ts';
import type { TeamsDependencies } from './dependencies.ts';
import { createBalanceOperations } from './balances/balance-operations.ts';
import { createExpenseOperations } from './expenses/expense-operations.ts';
import { createInvitationOperations } from './invitations/invitation-operations.ts';
import { createTeamOperations } from './members/team-operations.ts';
import { createSettlementOperations } from './settlements/settlement-operations.ts';

export function createTeamsOperations(dependencies: TeamsDependencies) {
  return {
    ...createTeamOperations(dependencies),
    ...createInvitationOperations(dependencies),
    ...createExpenseOperations(dependencies),
    ...createBalanceOperations(dependencies),
    ...createSettlementOperations(dependencies),
  } satisfies ContextHandlers<'teams'>;
}
