import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { createTeamsFixture, dinner } from '../teams.fixture.ts';
import type { FixtureTeam, TeamsFixture } from '../teams.fixture.ts';
import { getTeamBudgets } from './get-team-budgets.ts';
import { getTeamSpending } from './get-team-spending.ts';
import { sendBudgetAlerts } from './send-budget-alerts.ts';
import { updateTeamBudgets } from './update-team-budgets.ts';
import type { UpdateTeamBudgets } from './update-team-budgets.ts';

let fixture: TeamsFixture;
let team: FixtureTeam;
let now = new Date('2026-11-21T12:00:00Z');
const clock = { now: () => now };
beforeAll(async () => {
  fixture = await createTeamsFixture();
  team = await fixture.createTeam(2);
});
afterAll(() => fixture.close());

const food = { category: 'food', currency: 'EUR', amount: '100.00', thresholds: [100, 80, 80] };
const everything = { category: null, currency: 'EUR', amount: '500.00', thresholds: [] };
const update = (budgets: UpdateTeamBudgets['budgets'], ifMatch: string) => {
  const command = { teamId: team.teamId, userId: team.userId, budgets, ifMatch };
  return fixture.writers.transaction((tx) => updateTeamBudgets(tx, command));
};
const read = () => getTeamBudgets(fixture.writers, team);
const sum = (by: 'month' | 'category' | 'member', from?: string, to?: string) =>
  getTeamSpending({ ...fixture.dependencies, clock }, { ...team, by, from, to });
const spend = (amount: string, category: string | null = 'food', spentOn = '2026-11-20') =>
  fixture.createExpense(team, { ...dinner(team, amount), category, spentOn });
const alert = () => sendBudgetAlerts({ ...fixture.dependencies, worker: fixture.writers, clock });
const subjects = () => fixture.asked.map(({ subject }) => subject);

describe('Budgets', () => {
  it('are changed from the version one has seen, by one of those who try', async () => {
    expect(await read()).toEqual({ version: 0, budgets: [] });
    const tries = await Promise.allSettled([1, 2, 3].map(() => update([everything, food], '"0"')));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(update([], '"0"')).rejects.toMatchObject({ status: 412 });
    expect(await read()).toMatchObject({
      version: 1,
      budgets: [
        { category: null, amount: 50_000n, thresholds: [] },
        { category: 'food', amount: 10_000n, thresholds: [80, 100] },
      ],
    });
  });

  it.each([
    [[food, food], 'budget-twice'],
    [[{ ...food, amount: '0' }], 'amount-not-positive'],
    [[{ ...food, currency: 'XXX' }], 'currency-unknown'],
  ])('are refused: %o is %s', async (budgets, code) => {
    await expect(update(budgets, '*')).rejects.toMatchObject({ code });
  });

  it('tell what was spent this month, in their category and currency', async () => {
    await spend('79.99');
    await spend('5.00', null);
    await spend('50.00', 'food', '2026-10-31');
    await fixture.createExpense(team, { ...dinner(team, '70.00'), category: 'food', currency: 'USD' });
    const { budgets, month } = await sum('month');
    expect(month).toBe('2026-11-01');
    expect(budgets.map(({ spent }) => spent)).toEqual([8_499n, 7_999n]);
  });

  it('tell the owners of each threshold once a month, whoever asks at once', async () => {
    await alert();
    expect(subjects()).toEqual([]);
    await spend('0.01');
    await Promise.all([alert(), alert(), alert()]);
    expect(subjects()).toEqual(['Trip: 80 % of the budget']);
    await spend('100.00');
    await alert();
    await alert();
    expect(subjects()).toEqual(['Trip: 80 % of the budget', 'Trip: 100 % of the budget']);
    expect(fixture.asked.at(-1)?.text).toBe('Trip has spent 180.00 EUR of 100.00 EUR on food in 2026-11.');
    now = new Date('2026-12-01T00:00:00Z');
    await alert();
    expect(fixture.asked).toHaveLength(2);
  });
});

describe('Spending', () => {
  it('is summed by month, category and member, each currency for itself', async () => {
    const rows = async (...query: Parameters<typeof sum>) =>
      (await sum(...query)).spending.map(({ key, currency, amount, expenses }) => [
        ...[key, currency, Number(amount), expenses],
      ]);
    expect(await rows('month')).toEqual([
      ['2026-10', 'EUR', 5_000, 1],
      ['2026-11', 'EUR', 18_500, 4],
      ['2026-11', 'USD', 7_000, 1],
    ]);
    expect(await rows('category', '2026-11-01', '2026-12-01')).toEqual([
      ['', 'EUR', 500, 1],
      ['food', 'EUR', 18_000, 3],
      ['food', 'USD', 7_000, 1],
    ]);
    const { spending: byMember } = await sum('member');
    const euros = byMember.filter(({ currency }) => currency === 'EUR');
    expect(euros.reduce((total, { amount }) => total + amount, 0n)).toBe(23_500n);
    expect(euros.find(({ key }) => key === team.members[0])?.paid).toBe(23_500n);
  });

  it('is nothing to outsiders', async () => {
    const outsider = { teamId: team.teamId, userId: newId(), by: 'month', from: undefined, to: undefined } as const;
    await expect(getTeamSpending(fixture.dependencies, outsider)).rejects.toMatchObject({ status: 404 });
  });
});
