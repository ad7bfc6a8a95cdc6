import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import { newId } from '../../../shared/id.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { listTeamHistory } from '../history/list-team-history.ts';
import type { HistoryRow } from '../history/history-store.ts';
import { createTeamMember } from './create-team-member.ts';
import { createTeam } from './create-team.ts';
import { deleteTeamMember } from './delete-team-member.ts';
import { getTeam } from './get-team.ts';
import { listTeams } from './list-teams.ts';
import type { TeamBrief } from './team-store.ts';
import type { Member, TeamView } from './team.ts';
import { updateTeamMember } from './update-team-member.ts';
import { updateTeam } from './update-team.ts';

type TeamOperation =
  | 'listTeams'
  | 'createTeam'
  | 'getTeam'
  | 'updateTeam'
  | 'createTeamMember'
  | 'updateTeamMember'
  | 'deleteTeamMember'
  | 'listTeamHistory';

/** Teams, who is in them, and what happened there. */
export function createTeamOperations(dependencies: TeamsDependencies): Handlers<TeamOperation> {
  const { primary, clock } = dependencies;
  return {
    listTeams: async ({ query }, { principal }) => {
      const { archived = false, limit, cursor } = query;
      const page = await listTeams(dependencies, { userId: principal.userId, archived, limit, cursor });
      return reply('listTeams', { status: 200, body: { ...page, items: page.items.map(briefBody) } });
    },
    createTeam: async ({ body }, { tx, id, principal }) => {
      const command = { ...body, id: id('team'), memberId: id('member'), userId: principal.userId };
      const view = await createTeam({ tx, clock }, command);
      return reply('createTeam', {
        status: 201,
        headers: { Location: `/api/v1/teams/${view.team.id}`, ETag: etagOf(view.team.version) },
        body: teamBody(view),
      });
    },
    getTeam: async ({ path }, { principal }) =>
      reply('getTeam', answerOf(await getTeam(primary, { ...path, userId: principal.userId }))),
    updateTeam: async ({ path, headers, body }, { principal }) => {
      const { name, archived } = body;
      const change = { ...path, userId: principal.userId, ifMatch: headers['If-Match'], name, archived };
      return reply('updateTeam', answerOf(await primary.transaction((tx) => updateTeam({ tx, clock }, change))));
    },
    createTeamMember: async ({ path, body }, { tx, id, principal }) => {
      const command = { ...path, ...body, id: id('member'), userId: principal.userId };
      return reply('createTeamMember', answerOf(await createTeamMember({ tx, clock }, command)));
    },
    updateTeamMember: async ({ path, headers, body }, { principal }) => {
      const { name, role } = body;
      const change = { ...path, userId: principal.userId, ifMatch: headers['If-Match'], name, role };
      return reply('updateTeamMember', answerOf(await primary.transaction((tx) => updateTeamMember(tx, change))));
    },
    deleteTeamMember: async ({ path, query }, { principal }) => {
      const command = { ...path, userId: principal.userId, carryOverTo: query.carryOverTo };
      await primary.transaction((tx) => deleteTeamMember({ tx, clock, id: () => newId() }, command));
      return reply('deleteTeamMember', { status: 204 });
    },
    listTeamHistory: async ({ path, query }, { principal }) => {
      const { subjectId, limit, cursor } = query;
      const page = await listTeamHistory(dependencies, {
        ...path,
        ...{ userId: principal.userId, subjectId, limit, cursor },
      });
      return reply('listTeamHistory', { status: 200, body: { ...page, items: page.items.map(historyBody) } });
    },
  };
}

function answerOf(view: TeamView) {
  return { status: 200, headers: { ETag: etagOf(view.team.version) }, body: teamBody(view) } as const;
}

/** How a team looks on the wire. */
export function teamBody({ team, self, members }: TeamView): Schema<'Team'> {
  const { id, name, archivedAt, createdAt } = team;
  return {
    ...{ id, name, memberId: self.id, role: self.role, createdAt: createdAt.toISOString() },
    ...(archivedAt === null ? {} : { archivedAt: archivedAt.toISOString() }),
    members: members.map(memberBody),
  };
}

function memberBody({ id, userId, name, role, joinedAt, leftAt }: Member): Schema<'TeamMember'> {
  const present = userId === null ? 'placeholder' : 'active';
  return {
    ...{ id, name, role, state: leftAt === null ? present : 'former', joinedAt: joinedAt.toISOString() },
    ...(leftAt === null ? {} : { leftAt: leftAt.toISOString() }),
  };
}

function briefBody({ id, name, archivedAt, memberId, role, joinedAt }: TeamBrief): Schema<'TeamBrief'> {
  const archived = archivedAt === null ? {} : { archivedAt: archivedAt.toISOString() };
  return { id, name, ...archived, memberId, role, joinedAt: joinedAt.toISOString() };
}

function historyBody({ id, at, actorId, action, subject, subjectId, before, after }: HistoryRow) {
  return {
    ...{ id, at: at.toISOString(), action, subject, subjectId },
    ...(actorId === null ? {} : { actorId }),
    ...(before === null ? {} : { before }),
    ...(after === null ? {} : { after }),
  };
}
