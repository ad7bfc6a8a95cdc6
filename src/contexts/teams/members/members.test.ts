import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { killAfterEachStep } from '../../../testing/dying-database.ts';
import { updateExpense } from '../expenses/update-expense.ts';
import { claimTeamInvitation } from '../invitations/claim-team-invitation.ts';
import { createTeamInvitation } from '../invitations/create-team-invitation.ts';
import { deleteExpiredInvitations } from '../delete-expired-invitations.ts';
import { eraseTeammate } from '../erase-teammate.ts';
import { createTeamsFixture, dinner } from '../teams.fixture.ts';
import type { FixtureTeam, TeamsFixture } from '../teams.fixture.ts';
import { deleteTeamMember } from './delete-team-member.ts';
import { getTeam } from './get-team.ts';
import type { Role } from './team.ts';
import { updateTeamMember } from './update-team-member.ts';
import { updateTeam } from './update-team.ts';

let fixture: TeamsFixture;
let team: FixtureTeam;
beforeAll(async () => {
  fixture = await createTeamsFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  team = await fixture.createTeam(3);
});

const problem = (code: string) => expect.objectContaining({ code }) as unknown;
const clock = { now: () => new Date() };
const remove = (memberId: string, carryOverTo?: string, userId = team.userId) =>
  fixture.writers.transaction((tx) =>
    deleteTeamMember({ tx, clock, id: () => newId() }, { teamId: team.teamId, userId, memberId, carryOverTo }),
  );
const invite = (invitation: { memberId?: string; email?: string; role?: Role; expiresInDays?: number } = {}) =>
  fixture.writers.transaction((tx) =>
    createTeamInvitation(
      { ...fixture.dependencies, tx },
      {
        ...{ teamId: team.teamId, userId: team.userId, id: newId(), email: null, memberId: null, role: 'member' },
        ...{ expiresInDays: 7, ...invitation },
      },
    ),
  );
const claim = (token: string | null, userId = newId()) =>
  fixture.writers.transaction((tx) =>
    claimTeamInvitation({ tx, clock }, { userId, token: token ?? '', ownName: undefined, memberId: newId() }),
  );
const join = async (role: Role = 'member', userId = newId()) => {
  const { token } = await invite({ role });
  return { userId, memberId: (await claim(token, userId)).self.id };
};
const view = (userId = team.userId) => getTeam(fixture.writers, { teamId: team.teamId, userId });
const change = (memberId: string, changes: { name?: string; role?: Role }, userId = team.userId) =>
  fixture.writers.transaction((tx) =>
    updateTeamMember(tx, {
      ...{ teamId: team.teamId, userId, memberId, ifMatch: '*', name: undefined, role: undefined },
      ...changes,
    }),
  );
const archive = () =>
  fixture.writers.transaction((tx) =>
    updateTeam(
      { tx, clock },
      { teamId: team.teamId, userId: team.userId, ifMatch: '*', name: undefined, archived: true },
    ),
  );
const historyRows = () => fixture.sql('select 1 from teams.history where team_id = $1', [team.teamId]);

describe('An invitation', () => {
  it('gives the place of a placeholder with its history to one of twenty who come at once', async () => {
    const [, omid = ''] = team.members;
    await fixture.createExpense(team, dinner(team, '9.00'));
    const { token } = await invite({ memberId: omid });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => claim(token)));
    const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(done.map(({ self }) => self.id)).toEqual([omid]);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    expect(refused).toEqual(Array.from({ length: 19 }, () => problem('invitation-unusable')));
    expect(await fixture.balances(team)).toMatchObject({ 'EUR 1': -300 });
    await expect(invite({ memberId: omid })).rejects.toEqual(problem('placeholder-claimed'));
    await expect(invite({ memberId: newId() })).rejects.toEqual(problem('member-unknown'));
  });

  it('by e-mail goes there alone', async () => {
    const { token } = await invite({ email: 'omid@example.com' });
    expect(token).toBeNull();
    const mail = fixture.asked.at(-1);
    expect(mail).toMatchObject({ channel: 'email', class: 'otp', address: 'omid@example.com' });
    const sent = /^[\w-]{43}$/m.exec(mail?.text ?? '')?.[0] ?? '';
    expect((await claim(sent)).team.id).toBe(team.teamId);
    expect(await fixture.sql('select 1 from teams.invitations where email is not null')).toEqual([]);
  });

  it('that has expired lets nobody in, and is forgotten', async () => {
    const { token, invitation } = await invite({ expiresInDays: 1 });
    await fixture.sql(
      `update teams.invitations set created_at = created_at - interval '2 days',
      expires_at = expires_at - interval '2 days' where id = $1`,
      [invitation.id],
    );
    await expect(claim(token)).rejects.toEqual(problem('invitation-unusable'));
    await deleteExpiredInvitations(fixture.dependencies);
    expect(await fixture.sql('select 1 from teams.invitations where id = $1', [invitation.id])).toEqual([]);
  });

  it('is for who is not in the team, and brings back who was', async () => {
    const { userId, memberId } = await join();
    await expect(claim((await invite()).token, userId)).rejects.toEqual(problem('already-member'));
    await remove(memberId, undefined, userId);
    await expect(view(userId)).rejects.toEqual(problem('not-found'));
    const [, omid = ''] = team.members;
    await expect(claim((await invite({ memberId: omid })).token, userId)).rejects.toEqual(problem('already-member'));
    expect((await claim((await invite()).token, userId)).self.id).toBe(memberId);
  });
});

describe('Leaving', () => {
  it('waits for balances, or carries them over, and every currency sums to zero', async () => {
    const [owner = '', omid = '', nima = ''] = team.members;
    await fixture.createExpense(team, dinner(team, '9.00'));
    await fixture.createExpense(team, { ...dinner(team, '300'), currency: 'JPY' });
    await expect(remove(omid)).rejects.toEqual(problem('member-unsettled'));
    await expect(remove(omid, omid)).rejects.toEqual(problem('carry-over-unfit'));
    const rows = (await historyRows()).length;
    await remove(omid, nima);
    expect(await fixture.balances(team)).toEqual({ 'EUR 0': 600, 'EUR 2': -600, 'JPY 0': 200, 'JPY 2': -200 });
    expect((await historyRows()).length).toBe(rows + 1);
    expect((await view()).members.find(({ id }) => id === omid)?.leftAt).toBeInstanceOf(Date);
    await expect(fixture.createExpense(team)).rejects.toEqual(problem('member-unknown'));
    await expect(remove(omid)).rejects.toEqual(problem('not-found'));
    await expect(remove(owner, nima)).rejects.toEqual(problem('last-owner'));
  });

  it('of a balance that is owed gives it to who takes over', async () => {
    const { memberId, userId } = await join();
    const members = [...team.members, memberId];
    const payers = [{ memberId, amount: '12.00' }];
    await fixture.createExpense(team, { ...dinner(team, '12.00'), terms: { ...dinner(team).terms, payers } });
    await remove(memberId, team.members[1], userId);
    expect(await fixture.balances({ ...team, members })).toEqual({ 'EUR 0': -400, 'EUR 1': 800, 'EUR 2': -400 });
  });

  it('and an expense at once: one of them waits, and nobody is gone with a balance', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { memberId, userId } = await join();
      const sharers = { members: [team.members[0] ?? '', memberId] };
      const outcomes = await Promise.allSettled([
        fixture.createExpense(team, dinner(sharers)),
        remove(memberId, undefined, userId),
      ]);
      const codes = outcomes.map((outcome) =>
        outcome.status === 'fulfilled' ? '' : (outcome.reason as { code: string }).code,
      );
      expect(codes.filter((code) => code === '')).toHaveLength(1);
    }
    const gone = `select 1 from teams.balances b join teams.members m on m.id = b.member_id
      where m.left_at is not null and b.net_minor <> 0`;
    expect(await fixture.sql(gone)).toEqual([]);
  });

  it('with balances carried over, while an expense is edited, takes turns and never deadlocks', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { memberId, userId } = await join();
      const sharers = { members: [team.members[0] ?? '', memberId] };
      const { id } = await fixture.createExpense(team, dinner(sharers));
      const edit = { ...dinner(sharers, '500'), currency: 'JPY', expenseId: id, ifMatch: '*' };
      await Promise.allSettled([
        fixture.writers.transaction((tx) =>
          updateExpense({ tx, clock }, { teamId: team.teamId, userId: team.userId, ...edit }),
        ),
        remove(memberId, team.members[1], userId),
      ]);
      expect((await view()).members.find((member) => member.id === memberId)?.leftAt).toBeInstanceOf(Date);
    }
    expect(fixture.restarts).toEqual([]);
    const sums = await fixture.balances(team);
    expect(Object.values(sums).reduce((sum, net) => sum + net, 0)).toBe(0);
  });

  it('of two owners at once leaves one', async () => {
    const { userId, memberId } = await join('owner');
    const outcomes = await Promise.allSettled([remove(team.members[0] ?? ''), remove(memberId, undefined, userId)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('Roles', () => {
  it('let owners change everybody, others their own name', async () => {
    const { userId, memberId } = await join();
    const [owner = '', omid = ''] = team.members;
    await change(memberId, { name: 'Nima' }, userId);
    await expect(change(memberId, { role: 'owner' }, userId)).rejects.toEqual(problem('team-role-insufficient'));
    await expect(change(omid, { name: 'x' }, userId)).rejects.toEqual(problem('team-role-insufficient'));
    await expect(remove(omid, undefined, userId)).rejects.toEqual(problem('team-role-insufficient'));
    await expect(change(omid, { role: 'owner' })).rejects.toEqual(problem('placeholder-role'));
    await expect(change(owner, { role: 'member' })).rejects.toEqual(problem('last-owner'));
    await change(memberId, { role: 'owner' });
    await change(owner, { role: 'viewer' });
    await expect(fixture.createExpense(team)).rejects.toEqual(problem('team-role-insufficient'));
    await expect(archive()).rejects.toEqual(problem('team-role-insufficient'));
  });

  it('count for nothing in an archived team', async () => {
    await archive();
    await expect(fixture.createExpense(team)).rejects.toEqual(problem('team-archived'));
    await expect(invite()).rejects.toEqual(problem('team-archived'));
    await expect(change(team.members[1] ?? '', { name: 'x' })).rejects.toEqual(problem('team-archived'));
  });
});

describe('The database', () => {
  it('lets nobody leave unsettled, and no team lose its last owner, whatever the code does', async () => {
    const [owner = '', omid = ''] = team.members;
    await fixture.createExpense(team);
    const leave = 'update teams.members set left_at = now() where id = $1';
    await expect(fixture.sqlAsApplication(leave, [omid])).rejects.toMatchObject({
      constraint: 'members_leave_settled',
    });
    const demote = `update teams.members set role = 'member' where id = $1`;
    await expect(fixture.sqlAsApplication(demote, [owner])).rejects.toMatchObject({ constraint: 'teams_have_owner' });
  });

  it('keeps history as it was written', async () => {
    await expect(fixture.sql(`update teams.history set action = 'nothing'`)).rejects.toMatchObject({
      constraint: 'history_never_changed',
    });
    await expect(fixture.sqlAsApplication('delete from teams.history')).rejects.toMatchObject({ code: '42501' });
  });
});

describe('Erasing an account', () => {
  it('leaves a nameless placeholder with its balances, and the team an owner', async () => {
    const { userId, memberId } = await join();
    await fixture.createExpense(team);
    const before = await fixture.balances(team);
    for (let run = 0; run < 2; run += 1) await eraseTeammate(fixture.dependencies, { userId: team.userId });
    const { members } = await view(userId);
    expect(members.find(({ id }) => id === team.members[0])).toMatchObject({ userId: null, name: 'Deleted account' });
    expect(members.find(({ id }) => id === memberId)?.role).toBe('owner');
    expect(await fixture.balances(team)).toEqual(before);
    await eraseTeammate(fixture.dependencies, { userId });
    const [row] = await fixture.sql<{ archived: boolean }>(
      'select archived_at is not null as archived from teams.teams where id = $1',
      [team.teamId],
    );
    expect(row?.archived).toBe(true);
  });

  it('is done whole by whoever comes after a death at any step', async () => {
    let person = '';
    const kills = await killAfterEachStep(
      fixture.writers,
      async (worker) => {
        const { userId } = await fixture.createTeam(2);
        person = userId;
        await eraseTeammate({ worker, clock }, { userId });
      },
      async () => {
        await eraseTeammate(fixture.dependencies, { userId: person });
        expect(await fixture.sql('select 1 from teams.members where user_id = $1', [person])).toEqual([]);
      },
    );
    expect(kills).toBeGreaterThan(5);
    const twice = `select subject_id from teams.history where action = 'member-erased' group by 1 having count(*) > 1`;
    expect(await fixture.sql(twice)).toEqual([]);
  });
});
