import type { Person, World } from './world.ts';

export interface MadeTeam {
  readonly teamId: string;
  /** The person's own member, an owner. */
  readonly memberId: string;
}

let made = 0;

/** A team of this person's alone. */
export async function createTeam({ call }: World, person: Person): Promise<MadeTeam> {
  const body = { name: `Team ${(made += 1)}`, ownName: 'Sara' };
  const team = await call<{ id: string; memberId: string }>(person, 'POST', '/api/v1/teams', { body });
  return { teamId: team.id, memberId: team.memberId };
}

async function findTeam({ call }: World, person: Person, teamId: string): Promise<MadeTeam> {
  const { memberId } = await call<{ memberId: string }>(person, 'GET', `/api/v1/teams/${teamId}`);
  return { teamId, memberId };
}

/** Adds somebody without an account. @returns the member's id */
export async function createTeamMember({ call }: World, person: Person, teamId: string): Promise<string> {
  const name = `Member ${(made += 1)}`;
  const path = `/api/v1/teams/${teamId}/members`;
  const { members } = await call<{ members: { id: string; name: string }[] }>(person, 'POST', path, { body: { name } });
  return members.find((member) => member.name === name)?.id ?? '';
}

/** A team of this person's with a placeholder in it. @param teamId default: a new team's */
export async function createCompany(world: World, person: Person, teamId?: string) {
  const team = teamId === undefined ? await createTeam(world, person) : await findTeam(world, person, teamId);
  return { ...team, otherId: await createTeamMember(world, person, team.teamId) };
}

/** Invites whoever has the link. */
export async function createTeamInvitation(
  { call }: World,
  person: Person,
  teamId: string,
): Promise<{ readonly id: string; readonly token: string }> {
  return call(person, 'POST', `/api/v1/teams/${teamId}/invitations`, { body: { role: 'member' } });
}

/** What `createExpense` takes: the first one paid, all share alike. */
export function expenseBody(memberIds: readonly string[], amount = '10.00') {
  return {
    ...{ description: 'Dinner', amount, currency: 'EUR', spentOn: '2026-11-20' },
    payers: [{ memberId: memberIds[0] ?? '', amount }],
    split: { method: 'equal', memberIds },
  };
}

/** An expense of this person's. @param team default: a new one of theirs */
export async function createExpense(world: World, person: Person, team?: MadeTeam) {
  const { teamId, memberId } = team ?? (await createTeam(world, person));
  const path = `/api/v1/teams/${teamId}/expenses`;
  const { id } = await world.call<{ id: string }>(person, 'POST', path, { body: expenseBody([memberId]) });
  return { teamId, expenseId: id };
}

/** A payment of this person's to somebody without an account, which counts at once. @param teamId default: a new team's */
export async function recordSettlement(world: World, person: Person, teamId?: string) {
  const team = teamId ?? (await createTeam(world, person)).teamId;
  const receiverId = await createTeamMember(world, person, team);
  const { memberId: payerId } = await world.call<{ memberId: string }>(person, 'GET', `/api/v1/teams/${team}`);
  const body = { payerId, receiverId, amount: '1.00', currency: 'EUR', paidOn: '2026-11-21' };
  const { id } = await world.call<{ id: string }>(person, 'POST', `/api/v1/teams/${team}/settlements`, { body });
  return { teamId: team, settlementId: id };
}
