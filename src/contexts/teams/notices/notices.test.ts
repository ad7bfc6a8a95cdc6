import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { killAfterEachStep } from '../../../testing/dying-database.ts';
import { eraseTeammate } from '../erase-teammate.ts';
import { createTeamsFixture, dinner } from '../teams.fixture.ts';
import type { FixtureTeam, TeamsFixture } from '../teams.fixture.ts';
import { getTeamNotices } from './get-team-notices.ts';
import { sendTeamNotices } from './send-team-notices.ts';
import { updateTeamNotices } from './update-team-notices.ts';

let fixture: TeamsFixture;
let team: FixtureTeam;
/** The account of the second of three members. */
let omid: string;
let asked: number;

beforeAll(async () => {
  fixture = await createTeamsFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  [team, omid] = await company();
  await sendTeamNotices(fixture.dependencies);
  asked = fixture.asked.length;
});

async function company(userId = newId()): Promise<[FixtureTeam, string]> {
  const made = await fixture.createTeam(3);
  await fixture.sql('update teams.members set user_id = $2 where id = $1', [made.members[1], userId]);
  return [made, userId];
}

const sent = () => fixture.asked.slice(asked);
const choose = (newExpenses: boolean, userId = omid) =>
  updateTeamNotices(fixture.dependencies, { teamId: team.teamId, userId, newExpenses });
const chosen = (userId = omid) => getTeamNotices(fixture.dependencies, { teamId: team.teamId, userId });

it('participants with accounts are told of new expenses once, in one message', async () => {
  for (const amount of ['3.00', '6.00']) await fixture.createExpense(team, dinner(team, amount));
  await Promise.all([sendTeamNotices(fixture.dependencies), sendTeamNotices(fixture.dependencies)]);
  await sendTeamNotices(fixture.dependencies);
  expect(sent()).toEqual([
    expect.objectContaining({ userId: omid, address: `${omid}@example.com`, subject: '2 new expenses in Trip' }),
  ]);
  expect(sent()[0]?.text).toContain('Owner added Dinner, 6.00 EUR. Your share is 2.00 EUR.');
});

it('whoever dies while telling of an expense, it is told once', async () => {
  let expenses = 0;
  const kills = await killAfterEachStep(
    fixture.writers,
    async (worker) => {
      await fixture.createExpense(team);
      expenses += 1;
      await sendTeamNotices({ ...fixture.dependencies, worker });
    },
    async () => {
      await sendTeamNotices(fixture.dependencies);
      expect(await fixture.sql('select 1 from teams.notices')).toEqual([]);
    },
  );
  expect(kills).toBeGreaterThan(1);
  expect(new Set(sent().map(({ dedupeKey }) => dedupeKey)).size).toBe(expenses);
});

it('whoever switched it off in a team is told of other teams alone, and not later what was missed', async () => {
  const [other] = await company(omid);
  expect(await chosen()).toEqual({ newExpenses: true });
  await choose(false);
  await choose(false);
  expect(await chosen()).toEqual({ newExpenses: false });
  expect(await chosen(team.userId)).toEqual({ newExpenses: true });
  await fixture.createExpense(team);
  await fixture.createExpense(other, { description: 'Lunch' });
  await sendTeamNotices(fixture.dependencies);
  expect(sent()).toMatchObject([{ userId: omid, text: expect.stringContaining('Lunch') }]);
  await choose(true);
  await sendTeamNotices(fixture.dependencies);
  expect(sent()).toHaveLength(1);
  await fixture.createExpense(team);
  await sendTeamNotices(fixture.dependencies);
  expect(sent()).toHaveLength(2);
});

it('one chooses for oneself, in teams one is in', async () => {
  await expect(chosen(newId())).rejects.toMatchObject({ status: 404 });
  await expect(choose(false, newId())).rejects.toMatchObject({ status: 404 });
  await fixture.sql('update teams.teams set archived_at = now() where id = $1', [team.teamId]);
  await fixture.sql(`update teams.members set role = 'viewer' where id = $1`, [team.members[1]]);
  await choose(false);
  expect(await chosen()).toEqual({ newExpenses: false });
});

it('who comes after somebody erased is told again', async () => {
  await choose(false);
  await eraseTeammate(fixture.dependencies, { userId: omid });
  const [member] = await fixture.sql(
    'select expense_notices as told, user_id as account from teams.members where id = $1',
    [team.members[1]],
  );
  expect(member).toEqual({ told: true, account: null });
});
