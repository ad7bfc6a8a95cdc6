import type { OperationId } from '../../src/contract/handlers.ts';
import type { Foreign } from './foreign.ts';
import { createExpenseComment, createRecurringExpense, recordConversion } from './team-extras.ts';
import { createCompany, createExpense, createTeam, createTeamInvitation, recordSettlement } from './teams.ts';

/** A team of the user's, with a placeholder in it. */
const inTeam: Foreign = {
  absent: async (world) => {
    const { teamId, otherId: memberId } = await createCompany(world, world.user);
    return { as: world.stranger, path: { teamId, memberId } };
  },
};
const invitation: Foreign = {
  absent: async (world) => {
    const { teamId } = await createTeam(world, world.user);
    const { id: invitationId } = await createTeamInvitation(world, world.user, teamId);
    return { as: world.stranger, path: { teamId, invitationId } };
  },
};

const expense: Foreign = {
  absent: async (world) => ({ as: world.stranger, path: await createExpense(world, world.user) }),
};

const recurring: Foreign = {
  absent: async (world) => ({ as: world.stranger, path: await createRecurringExpense(world, world.user) }),
};

const settlement: Foreign = {
  absent: async (world) => ({ as: world.stranger, path: await recordSettlement(world, world.user) }),
};

/** Outsiders find nothing of a team. */
export const inTeams = {
  listTeams: {
    leftOut: async (world) => ({
      ...{ as: world.stranger, owner: world.user },
      secret: (await createTeam(world, world.user)).teamId,
    }),
  },
  createTeam: { own: 'it acts on the account of the token' },
  getTeam: inTeam,
  updateTeam: inTeam,
  createTeamMember: inTeam,
  updateTeamMember: inTeam,
  deleteTeamMember: inTeam,
  listTeamInvitations: inTeam,
  createTeamInvitation: inTeam,
  getTeamInvitation: invitation,
  deleteTeamInvitation: invitation,
  claimTeamInvitation: { own: 'it names nothing but a token, which is the proof' },
  listTeamHistory: inTeam,
  listExpenses: inTeam,
  createExpense: inTeam,
  getExpense: expense,
  updateExpense: expense,
  deleteExpense: expense,
  restoreExpense: expense,
  getTeamBalances: inTeam,
  getTeamDebts: inTeam,
  getSettleUpPlan: inTeam,
  getOwnTeamBalances: { own: 'it acts on the account of the token' },
  listConversions: inTeam,
  recordConversion: inTeam,
  voidConversion: {
    absent: async (world) => ({ as: world.stranger, path: await recordConversion(world, world.user) }),
  },
  listRecurringExpenses: inTeam,
  createRecurringExpense: inTeam,
  getRecurringExpense: recurring,
  updateRecurringExpense: recurring,
  deleteRecurringExpense: recurring,
  getTeamBudgets: inTeam,
  updateTeamBudgets: inTeam,
  getTeamSpending: inTeam,
  exportExpenses: inTeam,
  importExpenses: inTeam,
  listExpenseComments: expense,
  createExpenseComment: expense,
  deleteExpenseComment: {
    absent: async (world) => ({ as: world.stranger, path: await createExpenseComment(world, world.user) }),
  },
  getTeamNotices: inTeam,
  updateTeamNotices: inTeam,
  getTeamDigest: { own: 'it acts on the account of the token' },
  updateTeamDigest: { own: 'it acts on the account of the token' },
  listSettlements: inTeam,
  recordSettlement: inTeam,
  getSettlement: settlement,
  confirmSettlement: settlement,
  voidSettlement: settlement,
} satisfies Partial<Record<OperationId, Foreign>>;
