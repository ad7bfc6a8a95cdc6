import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { createTeamsFixture, dinner } from '../teams.fixture.ts';
import type { FixtureTeam, TeamsFixture } from '../teams.fixture.ts';
import { deleteTeamMember } from '../members/delete-team-member.ts';
import type { CreateExpense } from './create-expense.ts';
import { deleteExpense } from './delete-expense.ts';
import { getExpense } from './get-expense.ts';
import { listExpenses } from './list-expenses.ts';
import type { ListExpenses } from './list-expenses.ts';
import { restoreExpense } from './restore-expense.ts';
import type { SplitTerms } from './terms.ts';
import { updateExpense } from './update-expense.ts';

let fixture: TeamsFixture;
let team: FixtureTeam;
let [sara, omid, nima] = ['', '', ''];
beforeAll(async () => {
  fixture = await createTeamsFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  team = await fixture.createTeam(3);
  [sara = '', omid = '', nima = ''] = team.members;
});

const clock = { now: () => new Date() };
const problem = (code: string, more: object = {}) => expect.objectContaining({ code, ...more }) as unknown;
const own = () => ({ teamId: team.teamId, userId: team.userId });
const update = (expenseId: string, changes: Partial<CreateExpense>, ifMatch = '*') =>
  fixture.writers.transaction((tx) =>
    updateExpense({ tx, clock }, { ...own(), ...dinner(team), ...changes, expenseId, ifMatch }),
  );
const remove = (expenseId: string) => deleteExpense(fixture.dependencies, { ...own(), expenseId, ifMatch: '*' });
const restore = (expenseId: string) =>
  fixture.writers.transaction((tx) => restoreExpense({ tx, clock }, { ...own(), expenseId }));
const list = (filter: Partial<ListExpenses> = {}) =>
  listExpenses(fixture.dependencies, {
    ...{ ...own(), search: undefined, category: undefined, currency: undefined, memberId: undefined },
    ...{ from: undefined, to: undefined, deleted: false, limit: 100, cursor: undefined, ...filter },
  });
const descriptions = async (filter: Partial<ListExpenses>) =>
  (await list(filter)).items.map((item) => item.description);
const everything = () =>
  fixture.sql<{ n: number }>(
    `select count(*) as n from teams.entries union all select count(*) from teams.legs
     union all select count(*) from teams.history`,
  );

describe('An expense', () => {
  it('moves balances by what each one paid and owes, and back', async () => {
    const { id, legs } = await fixture.createExpense(team);
    expect(legs.reduce((sum, { owed }) => sum + owed, 0n)).toBe(1_000n);
    const before = await fixture.balances(team);
    expect(before['EUR 0']).toBeGreaterThan(665);
    await remove(id);
    expect(await fixture.balances(team)).toEqual({});
    await restore(id);
    expect(await fixture.balances(team)).toEqual(before);
    await expect(restore(id)).rejects.toEqual(problem('expense-not-deleted'));
  });

  it('is paid by several', async () => {
    const payers = [
      { memberId: sara, amount: '4.00' },
      { memberId: nima, amount: '6.00' },
    ];
    const split = { method: 'equal', memberIds: [sara, omid] } as const;
    await fixture.createExpense(team, { terms: { payers, split } });
    expect(await fixture.balances(team)).toEqual({ 'EUR 0': -100, 'EUR 1': -500, 'EUR 2': 600 });
    const short = [{ memberId: sara, amount: '4.00' }];
    await expect(fixture.createExpense(team, { terms: { payers: short, split } })).rejects.toEqual(
      problem('payers-unbalanced', { difference: '6.00' }),
    );
  });

  it('edited is what it would have been if written so, also in another currency', async () => {
    const { id, version } = await fixture.createExpense(team);
    const split: SplitTerms = {
      method: 'shares',
      shares: [
        { memberId: omid, weight: 2 },
        { memberId: nima, weight: 1 },
      ],
    };
    const wanted = { ...dinner(team, '900', split), currency: 'JPY' };
    const after = await update(id, wanted, `"${version}"`);
    expect(await fixture.balances(team)).toEqual({ 'JPY 0': 900, 'JPY 1': -600, 'JPY 2': -300 });
    expect(await getExpense(fixture.writers, { ...own(), expenseId: id })).toMatchObject({
      amount: 900n,
      currency: 'JPY',
    });
    await expect(update(id, {}, `"${version}"`)).rejects.toEqual(problem('precondition-failed'));
    expect((await update(id, wanted)).version).toBe(after.version);
  });

  it('whose words are edited moves nobody’s cent', async () => {
    const { id } = await fixture.createExpense(team);
    const legs = () =>
      fixture.sql('select l.*, l.xmin::text from teams.legs l where entry_id = $1 order by member_id', [id]);
    const before = await legs();
    expect(await update(id, { notes: 'With dessert.', category: 'food' })).toMatchObject({ notes: 'With dessert.' });
    expect(await legs()).toEqual(before);
  });

  it('is found by what is asked for', async () => {
    await fixture.createExpense(team, { description: 'Taxi home', category: 'transport', spentOn: '2026-11-01' });
    await fixture.createExpense(team, { description: 'Soup', notes: '50 % OFF', spentOn: '2026-11-03' });
    const two = dinner({ members: [sara, omid] }, '1.00');
    const { id } = await fixture.createExpense(team, { ...two, description: 'Tea', spentOn: '2026-11-02' });
    expect(await descriptions({})).toEqual(['Soup', 'Tea', 'Taxi home']);
    expect(await descriptions({ search: 'TAXI' })).toEqual(['Taxi home']);
    expect(await descriptions({ search: '% off' })).toEqual(['Soup']);
    expect(await descriptions({ search: '_' })).toEqual([]);
    expect(await descriptions({ category: 'transport' })).toEqual(['Taxi home']);
    expect(await descriptions({ memberId: nima })).toEqual(['Soup', 'Taxi home']);
    expect(await descriptions({ from: '2026-11-02', to: '2026-11-03' })).toEqual(['Tea']);
    await remove(id);
    expect(await descriptions({ currency: 'EUR' })).toEqual(['Soup', 'Taxi home']);
    expect(await descriptions({ deleted: true })).toEqual(['Tea']);
  });

  it('of somebody who has left keeps its money, and not its words', async () => {
    const split: SplitTerms = { method: 'equal', memberIds: [nima] };
    const terms = { payers: [{ memberId: nima, amount: '10.00' }], split };
    const { id } = await fixture.createExpense(team, { terms });
    await fixture.writers.transaction((tx) =>
      deleteTeamMember({ tx, clock, id: () => newId() }, { ...own(), memberId: nima, carryOverTo: undefined }),
    );
    await expect(remove(id)).rejects.toEqual(problem('expense-frozen'));
    await expect(update(id, {})).rejects.toEqual(problem('member-unknown'));
    await expect(update(id, dinner({ members: [sara] }))).rejects.toEqual(problem('expense-frozen'));
    expect(await update(id, { terms, description: 'Lunch' })).toMatchObject({ description: 'Lunch' });
    await expect(
      fixture.sqlAsApplication(`update teams.entries set state = 'deleted' where id = $1`, [id]),
    ).rejects.toMatchObject({ constraint: 'entries_of_present_members' });
  });

  it('leaves one row of history per write, with what changed', async () => {
    const { id } = await fixture.createExpense(team);
    await update(id, { notes: 'More.' });
    await remove(id);
    await restore(id);
    const rows = await fixture.sql<{ action: string; before: object | null; after: object | null }>(
      'select action, before, after from teams.history where subject_id = $1 order by at',
      [id],
    );
    expect(rows).toEqual([
      { action: 'expense-created', before: null, after: expect.objectContaining({ amount: '10.00' }) },
      { action: 'expense-changed', before: { notes: null }, after: { notes: 'More.' } },
      { action: 'expense-deleted', before: null, after: null },
      { action: 'expense-restored', before: null, after: null },
    ]);
  });
});

describe('What does not come out', () => {
  const exact = (...amounts: string[]): SplitTerms => ({
    method: 'exact',
    shares: amounts.map((amount, at) => ({ memberId: team.members[at] ?? '', amount })),
  });
  const cases: readonly [string, () => Partial<CreateExpense>, string, string | undefined][] = [
    ['shares that do not sum', () => dinner(team, '1.00', exact('0.33', '0.33', '0.33')), 'shares-unbalanced', '0.01'],
    ['shares that are too much', () => dinner(team, '1.00', exact('1.00', '0.50')), 'shares-unbalanced', '-0.50'],
    ['an amount of zero', () => dinner(team, '0'), 'amount-not-positive', undefined],
    ['yen with decimals', () => ({ ...dinner(team, '10.50'), currency: 'JPY' }), 'amount-unfit', undefined],
    ['a cent of a cent', () => dinner(team, '10.005'), 'amount-unfit', undefined],
    ['an amount beyond all', () => dinner(team, '90071992547409.92'), 'amount-unfit', undefined],
    ['a currency that is none', () => ({ currency: 'XQQ' }), 'currency-unknown', undefined],
    ['somebody else', () => dinner({ members: [sara, newId()] }), 'member-unknown', undefined],
    ['somebody twice', () => dinner({ members: [sara, sara] }), 'member-twice', undefined],
    [
      'percentages below 100',
      () => dinner(team, '1.00', { method: 'percentage', shares: [{ memberId: sara, percent: '99.9' }] }),
      'percentages-unbalanced',
      '0.1000',
    ],
    [
      'no weight at all',
      () => dinner(team, '1.00', { method: 'shares', shares: [{ memberId: sara, weight: 0 }] }),
      'weights-missing',
      undefined,
    ],
    [
      '10,000 participants',
      () => dinner({ members: Array.from({ length: 10_000 }, newId) }),
      'too-many-participants',
      undefined,
    ],
  ];

  it.each(cases)('%s is refused by name, and nothing is stored', async (_, expense, code, difference) => {
    const before = await everything();
    await expect(fixture.createExpense(team, expense())).rejects.toEqual(problem(code, { difference }));
    expect(await everything()).toEqual(before);
  });

  it('is refused to outsiders as if the team did not exist', async () => {
    await expect(fixture.createExpense(team, { userId: newId() })).rejects.toEqual(problem('not-found'));
  });

  const insert = `with e as (insert into teams.entries (id, team_id, kind, currency, amount_minor, state, description,
      occurred_on, created_by, created_at, updated_at)
    values ($1, $2, 'expense', 'EUR', $3, 'counted', 'raw', '2026-11-20', $4, now(), now()))
    insert into teams.legs select $1, m, $2, 'EUR', case when m = $4 then $3 else 0 end, $5
    from unnest($6::uuid[]) m`;

  it.each([
    [100, 33, 'entries_balanced'],
    [99, 34, 'entries_balanced'],
  ])('of %s by SQL is refused at commit', async (amount, each, constraint) => {
    const values = [newId(), team.teamId, amount, sara, each, team.members];
    await expect(fixture.sqlAsApplication(insert, values)).rejects.toMatchObject({ constraint });
    const raw = await fixture.sql('select 1 from teams.entries where id = $1', [values[0]]);
    expect(raw).toEqual([]);
  });

  it('by SQL is refused for strangers, for changed legs, and for balances by hand', async () => {
    const stranger = (await fixture.createTeam(1)).members;
    const values = [newId(), team.teamId, 66, sara, 33, [sara, ...stranger]];
    await expect(fixture.sqlAsApplication(insert, values)).rejects.toMatchObject({ constraint: 'legs_of_member' });
    const { id } = await fixture.createExpense(team);
    await expect(fixture.sql('update teams.legs set owed_minor = 1 where entry_id = $1', [id])).rejects.toMatchObject({
      constraint: 'legs_never_updated',
    });
    await expect(
      fixture.sqlAsApplication('delete from teams.legs where entry_id = $1 and member_id = $2', [id, sara]),
    ).rejects.toMatchObject({ constraint: 'entries_balanced' });
    const byHand = 'update teams.balances set net_minor = net_minor + 1 where member_id = $1';
    await expect(fixture.sqlAsApplication(byHand, [sara])).rejects.toMatchObject({ code: '42501' });
    await expect(fixture.sql(byHand, [sara])).rejects.toMatchObject({ constraint: 'balances_sum_to_zero' });
  });
});
