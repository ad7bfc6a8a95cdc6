import { expect } from '@jest/globals';
import type { OperationId } from '../../src/contract/handlers.ts';
import type { Change, Unseen } from './changes.ts';
import { createExpenseComment, createRecurringExpense, recurringBody } from './team-extras.ts';
import { createCompany, createExpense, createTeam, createTeamInvitation, expenseBody } from './teams.ts';
import type { MadeTeam } from './teams.ts';

/** The team that was made last. */
let team: MadeTeam | undefined;
let company: (MadeTeam & { readonly otherId: string }) | undefined;

/** What changes in teams. */
export const teamChanges: Readonly<Partial<Record<OperationId, Change | Unseen>>> = {
  createTeam: {
    as: ({ user }) => user,
    bodies: (_, attempt) => ({ name: `Read back ${attempt}`, ownName: `Sara ${attempt}` }),
    expected: ({ name, ownName }) => ({ name, role: 'owner', members: [{ name: ownName, role: 'owner' }] }),
  },
  updateTeam: {
    as: ({ user }) => user,
    path: async (world) => createTeam(world, world.user).then(({ teamId }) => ({ teamId })),
    bodies: (_, attempt) => ({ name: `Renamed ${attempt}` }),
  },
  updateTeamMember: {
    as: ({ user }) => user,
    path: async (world) => {
      const { teamId, otherId: memberId } = await createCompany(world, world.user);
      return { teamId, memberId };
    },
    bodies: (_, attempt) => ({ name: `Renamed ${attempt}`, role: attempt === 0 ? 'viewer' : 'member' }),
    read: 'getTeam',
    expected: (body) => ({ members: [{ role: 'owner' }, body] }),
  },
  deleteTeamMember: {
    unseen: 'who has left stays in the list, as a former member',
    felt: async (world) => {
      const { teamId, otherId } = await createCompany(world, world.user);
      const path = `/api/v1/teams/${teamId}`;
      const remove = () => world.portico.request('DELETE', `${path}/members/${otherId}`, { token: world.user.token });
      expect((await remove()).status).toBe(204);
      expect(await world.call(world.user, 'GET', path)).toMatchObject({
        members: [{ role: 'owner' }, { id: otherId, state: 'former' }],
      });
      expect((await remove()).status).toBe(404);
    },
  },
  createTeamInvitation: {
    as: ({ user }) => user,
    path: async (world) => createTeam(world, world.user).then(({ teamId }) => ({ teamId })),
    bodies: (_, attempt) => ({ role: attempt === 0 ? 'viewer' : 'owner' }),
  },
  deleteTeamInvitation: {
    as: ({ user }) => user,
    path: async (world) => {
      const { teamId } = await createTeam(world, world.user);
      return { teamId, invitationId: (await createTeamInvitation(world, world.user, teamId)).id };
    },
  },
  createExpense: {
    as: ({ user }) => user,
    path: async (world) => {
      team = await createTeam(world, world.user);
      return { teamId: team.teamId };
    },
    bodies: (_, attempt) => expenseBody([team?.memberId ?? ''], `${attempt + 1}.50`),
  },
  updateExpense: {
    as: ({ user }) => user,
    path: async (world) => {
      team = await createTeam(world, world.user);
      return createExpense(world, world.user, team);
    },
    bodies: (_, attempt) => ({ ...expenseBody([team?.memberId ?? ''], `${attempt + 3}.50`), notes: `Try ${attempt}.` }),
  },
  deleteExpense: {
    as: ({ user }) => user,
    path: (world) => createExpense(world, world.user),
  },
  createRecurringExpense: {
    as: ({ user }) => user,
    path: async (world) => {
      team = await createTeam(world, world.user);
      return { teamId: team.teamId };
    },
    bodies: (_, attempt) => ({ ...recurringBody(team?.memberId ?? ''), every: attempt + 1 }),
  },
  updateRecurringExpense: {
    as: ({ user }) => user,
    path: async (world) => {
      team = await createTeam(world, world.user);
      return createRecurringExpense(world, world.user, team);
    },
    bodies: (_, attempt) => ({ ...recurringBody(team?.memberId ?? ''), every: attempt + 1, endsOn: '2999-12-31' }),
  },
  deleteRecurringExpense: {
    as: ({ user }) => user,
    path: (world) => createRecurringExpense(world, world.user),
  },
  updateTeamBudgets: {
    as: ({ user }) => user,
    path: async (world) => createTeam(world, world.user).then(({ teamId }) => ({ teamId })),
    bodies: (_, attempt) => ({
      budgets: [{ category: 'food', currency: 'EUR', amount: `${attempt + 1}00.00`, thresholds: [80, 100] }],
    }),
  },
  deleteExpenseComment: {
    as: ({ user }) => user,
    path: (world) => createExpenseComment(world, world.user),
    read: 'listExpenseComments',
  },
  updateTeamNotices: {
    as: ({ user }) => user,
    path: async (world) => createTeam(world, world.user).then(({ teamId }) => ({ teamId })),
    bodies: (_, attempt) => ({ newExpenses: attempt !== 0 }),
  },
  updateTeamDigest: { as: ({ user }) => user, bodies: (_, attempt) => ({ weekly: attempt === 0 }) },
  recordSettlement: {
    as: ({ user }) => user,
    path: async (world) => {
      company = await createCompany(world, world.user);
      return { teamId: company.teamId };
    },
    bodies: (_, attempt) => ({
      ...{ payerId: company?.memberId, receiverId: company?.otherId, amount: `${attempt + 1}.50`, currency: 'EUR' },
      ...{ paidOn: '2026-11-21', note: `Try ${attempt}.` },
    }),
  },
};
