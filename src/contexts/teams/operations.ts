import type { ContextHandlers } from '../../contract/handlers.ts';
import type { TeamsDependencies } from './dependencies.ts';
import { createBalanceOperations } from './balances/balance-operations.ts';
import { createBudgetOperations } from './budgets/budget-operations.ts';
import { createCommentOperations } from './comments/comment-operations.ts';
import { createConversionOperations } from './conversions/conversion-operations.ts';
import { createDigestOperations } from './digest/digest-operations.ts';
import { createExpenseOperations } from './expenses/expense-operations.ts';
import { createFileOperations } from './files/file-operations.ts';
import { createInvitationOperations } from './invitations/invitation-operations.ts';
import { createTeamOperations } from './members/team-operations.ts';
import { createNoticeOperations } from './notices/notice-operations.ts';
import { createRecurringOperations } from './recurring/recurring-operations.ts';
import { createSettlementOperations } from './settlements/settlement-operations.ts';

export function createTeamsOperations(dependencies: TeamsDependencies) {
  return {
    ...createTeamOperations(dependencies),
    ...createInvitationOperations(dependencies),
    ...createExpenseOperations(dependencies),
    ...createBalanceOperations(dependencies),
    ...createSettlementOperations(dependencies),
    ...createConversionOperations(dependencies),
    ...createRecurringOperations(dependencies),
    ...createBudgetOperations(dependencies),
    ...createFileOperations(dependencies),
    ...createCommentOperations(dependencies),
    ...createDigestOperations(dependencies),
    ...createNoticeOperations(dependencies),
  } satisfies ContextHandlers<'teams'>;
}
