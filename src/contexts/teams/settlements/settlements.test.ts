import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { claimTeamInvitation } from '../invitations/claim-team-invitation.ts';
import { createTeamInvitation } from '../invitations/create-team-invitation.ts';
import { createTeamsFixture } from '../teams.fixture.ts';
import type { FixtureTeam, TeamsFixture } from '../teams.fixture.ts';
import { confirmSettlement } from './confirm-settlement.ts';
import { recordSettlement } from './record-settlement.ts';
import type { RecordSettlement } from './record-settlement.ts';
import { voidSettlement } from './void-settlement.ts';

let fixture: TeamsFixture;
let team: FixtureTeam;
/** The account of the second member. */
let omid: string;
beforeAll(async () => {
  fixture = await createTeamsFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  team = await fixture.createTeam(3);
  omid = newId();
  const invitation = {
    ...{ teamId: team.teamId, userId: team.userId, id: newId(), email: null, role: 'member' as const },
    ...{ memberId: team.members[1] ?? null, expiresInDays: 1 },
  };
  await fixture.writers.transaction(async (tx) => {
    const { token } = await createTeamInvitation({ ...fixture.dependencies, tx }, invitation);
    const claim = { userId: omid, token: token ?? '', ownName: 'Omid', memberId: newId() };
    await claimTeamInvitation({ tx, clock }, claim);
  });
});

const clock = { now: () => new Date() };
const problem = (code: string) => expect.objectContaining({ code }) as unknown;
const record = (changes: Partial<RecordSettlement> = {}) => {
  const [receiverId = '', payerId = ''] = team.members;
  return fixture.writers.transaction((tx) =>
    recordSettlement(
      { tx, clock },
      {
        ...{ id: newId(), teamId: team.teamId, userId: omid, payerId, receiverId, amount: '3.00', currency: 'EUR' },
        ...{ paidOn: '2026-11-21', note: null, ...changes },
      },
    ),
  );
};
const confirm = (settlementId: string, userId = team.userId) =>
  fixture.writers.transaction((tx) => confirmSettlement({ tx, clock }, { teamId: team.teamId, userId, settlementId }));
const cancel = (settlementId: string, userId = omid) =>
  fixture.writers.transaction((tx) => voidSettlement({ tx, clock }, { teamId: team.teamId, userId, settlementId }));

it('counts when the receiver confirms it, and no more when it is void', async () => {
  const { id, state } = await record();
  expect([state, await fixture.balances(team)]).toEqual(['pending', {}]);
  await expect(confirm(id, omid)).rejects.toEqual(problem('team-role-insufficient'));
  const outcomes = await Promise.all([confirm(id), confirm(id), confirm(id)]);
  expect(outcomes.map((settlement) => settlement.state)).toEqual(['confirmed', 'confirmed', 'confirmed']);
  expect(await fixture.balances(team)).toEqual({ 'EUR 0': -300, 'EUR 1': 300 });
  await cancel(id);
  await cancel(id);
  expect(await fixture.balances(team)).toEqual({});
  await expect(confirm(id)).rejects.toEqual(problem('settlement-void'));
  const rows = await fixture.sql<{ action: string }>(
    'select action from teams.history where subject_id = $1 order by at',
    [id],
  );
  expect(rows.map(({ action }) => action)).toEqual([
    'settlement-recorded',
    'settlement-confirmed',
    'settlement-voided',
  ]);
});

it('counts at once when the receiver records it, or has no account', async () => {
  expect((await record({ userId: team.userId })).state).toBe('confirmed');
  expect((await record({ receiverId: team.members[2] ?? '' })).state).toBe('confirmed');
});

it('is between two members, above zero, in a currency', async () => {
  const [sara = ''] = team.members;
  await expect(record({ payerId: sara, receiverId: sara })).rejects.toEqual(problem('member-twice'));
  await expect(record({ payerId: newId() })).rejects.toEqual(problem('member-unknown'));
  await expect(record({ amount: '0' })).rejects.toEqual(problem('amount-not-positive'));
  await expect(record({ amount: '1.5', currency: 'JPY' })).rejects.toEqual(problem('amount-unfit'));
  await expect(record({ currency: 'XQQ' })).rejects.toEqual(problem('currency-unknown'));
  await expect(record({ userId: newId() })).rejects.toEqual(problem('not-found'));
});
