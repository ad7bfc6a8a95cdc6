import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '../../../shared/id.ts';
import { Problem } from '../../../shared/problem.ts';
import { deleteExpense } from '../expenses/delete-expense.ts';
import { restoreExpense } from '../expenses/restore-expense.ts';
import { updateExpense } from '../expenses/update-expense.ts';
import { recordSettlement } from '../settlements/record-settlement.ts';
import { voidSettlement } from '../settlements/void-settlement.ts';
import { createTeamsFixture, dinner } from '../teams.fixture.ts';
import type { FixtureTeam, TeamsFixture } from '../teams.fixture.ts';
import { listBalancesOfTeam } from './balance-store.ts';
import { compareBalances } from './compare-balances.ts';
import { compareDebts } from './compare-debts.ts';
import { listDebts } from './debt-store.ts';
import { getSettleUpPlan } from './get-settle-up-plan.ts';

/** Histories of random teams; `npm run test:teams` tries 100,000. */
const HISTORIES = Number(process.env['TEAM_HISTORIES'] ?? 25);

let fixture: TeamsFixture;
beforeAll(async () => {
  fixture = await createTeamsFixture();
});
afterAll(() => fixture.close());

const clock = { now: () => new Date() };

/** What members may do; numbers choose among what there is. */
type Deed =
  | {
      readonly do: 'add' | 'edit';
      readonly at: number;
      readonly cents: number;
      readonly yen: boolean;
      readonly among: number;
    }
  | { readonly do: 'delete' | 'restore' | 'void'; readonly at: number }
  | { readonly do: 'settle'; readonly at: number; readonly cents: number };

const number = fc.nat(1_000);
const money = { at: number, cents: fc.integer({ min: 1, max: 100_000_000 }), yen: fc.boolean(), among: number };
const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), ...money }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), ...money }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('delete', 'restore', 'void' as const), at: number }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('settle' as const), at: number, cents: money.cents }) },
  ),
  { minLength: 1, maxLength: 12 },
);

/** Does it as a member would; a refusal by name is an answer like any other. */
async function perform(team: FixtureTeam, deed: Deed, expenses: string[], settlements: string[]): Promise<void> {
  const { teamId, userId, members } = team;
  const pick = <Of>(list: readonly Of[], at: number): Of | undefined => list[at % Math.max(1, list.length)];
  const expenseId = pick(expenses, deed.at) ?? newId();
  const act = async (): Promise<unknown> => {
    switch (deed.do) {
      case 'add': {
        const id = newId();
        await fixture.createExpense(team, { id, ...spent(team, deed) });
        return expenses.push(id);
      }
      case 'edit':
        return fixture.writers.transaction((tx) =>
          updateExpense(
            { tx, clock },
            { teamId, userId, expenseId, ifMatch: '*', ...dinner(team), ...spent(team, deed) },
          ),
        );
      case 'delete':
        return deleteExpense(fixture.dependencies, { teamId, userId, expenseId, ifMatch: '*' });
      case 'restore':
        return fixture.writers.transaction((tx) => restoreExpense({ tx, clock }, { teamId, userId, expenseId }));
      case 'void': {
        const settlementId = pick(settlements, deed.at) ?? newId();
        return fixture.writers.transaction((tx) => voidSettlement({ tx, clock }, { teamId, userId, settlementId }));
      }
      case 'settle': {
        const id = newId();
        const [payerId = '', receiverId = ''] = [pick(members, deed.at), pick(members, deed.at + 1)];
        const amount = (deed.cents / 100).toFixed(2);
        const payment = { id, payerId, receiverId, amount, currency: 'EUR', paidOn: '2026-11-21', note: null };
        await fixture.writers.transaction((tx) => recordSettlement({ tx, clock }, { teamId, userId, ...payment }));
        return settlements.push(id);
      }
    }
  };
  await act().catch((error: unknown) => {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
  });
}

/** Some share it, by the bits of `among`; every other expense is paid by the first and the last member together. */
function spent(
  { members }: FixtureTeam,
  { cents, yen, among }: Extract<Deed, { readonly cents: number; readonly yen: boolean }>,
): ReturnType<typeof dinner> {
  const text = (amount: number) => (yen ? String(amount) : (amount / 100).toFixed(2));
  const sharers = members.filter((_, index) => (among >> index) % 2 === 1);
  const expense = dinner({ members: sharers.length === 0 ? members : sharers }, text(cents));
  const [first = '', last = ''] = [members[0], members.at(-1)];
  const half = Math.floor(cents / 2);
  const together = members.length > 1 && cents % 2 === 1;
  const payers = [
    { memberId: first, amount: text(half) },
    { memberId: last, amount: text(cents - half) },
  ];
  const terms = together ? { ...expense.terms, payers } : expense.terms;
  return { ...expense, terms, currency: yen ? 'JPY' : 'EUR' };
}

/** What must hold after any history. */
async function expectSound(team: FixtureTeam): Promise<void> {
  const balances = await listBalancesOfTeam(fixture.writers, team.teamId);
  for (const currency of ['EUR', 'JPY']) {
    const sum = balances.filter((one) => one.currency === currency).reduce((total, { net }) => total + net, 0n);
    expect(sum).toBe(0n);
  }
  const nets = new Map(balances.map(({ memberId, currency, net }) => [`${currency} ${memberId}`, net]));
  const owed = new Map<string, bigint>();
  for (const { debtorId, creditorId, currency, amount } of await listDebts(fixture.writers, team.teamId)) {
    expect(amount > 0n).toBe(true);
    owed.set(`${currency} ${creditorId}`, (owed.get(`${currency} ${creditorId}`) ?? 0n) + amount);
    owed.set(`${currency} ${debtorId}`, (owed.get(`${currency} ${debtorId}`) ?? 0n) - amount);
  }
  expect(new Map([...owed].filter(([, net]) => net !== 0n))).toEqual(nets);
  for (const { currency, transfers } of await getSettleUpPlan(fixture.dependencies, team)) {
    for (const { payerId, receiverId, amount } of transfers) {
      nets.set(`${currency} ${payerId}`, (nets.get(`${currency} ${payerId}`) ?? 0n) + amount);
      nets.set(`${currency} ${receiverId}`, (nets.get(`${currency} ${receiverId}`) ?? 0n) - amount);
    }
  }
  expect([...nets.values()].every((net) => net === 0n)).toBe(true);
}

/** What is kept is what the legs come to, in all teams of this file. */
async function expectNoDifferences(): Promise<void> {
  expect(await compareBalances(fixture.dependencies)).toMatchObject({ differences: [] });
  expect(await compareDebts(fixture.dependencies)).toMatchObject({ differences: [] });
}

describe('After any history', () => {
  it(
    'balances sum to zero, are what debts come to, and are settled by the plan',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 5 }), deeds, async (size, history) => {
          const team = await fixture.createTeam(size);
          const [expenses, settlements]: string[][] = [[], []];
          for (const deed of history) await perform(team, deed, expenses ?? [], settlements ?? []);
          await expectSound(team);
        }),
        { numRuns: HISTORIES },
      );
      await expectNoDifferences();
    },
    60_000 + HISTORIES * 500,
  );
});

describe('Eight writers at once', () => {
  it('edit, delete and restore in one team without a deadlock, and nothing differs', async () => {
    const team = await fixture.createTeam(5);
    const expenses = await Promise.all(Array.from({ length: 6 }, async () => (await fixture.createExpense(team)).id));
    const write = async (writer: number): Promise<void> => {
      for (let turn = 0; turn < 15; turn += 1) {
        const at = writer * 31 + turn * 7;
        const kind = (['edit', 'delete', 'restore', 'add', 'edit'] as const)[at % 5] ?? 'edit';
        const rest = { at, cents: 100 + at, yen: at % 3 === 0, among: at };
        await perform(team, { do: kind, ...rest }, expenses, []);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
    await expectSound(team);
    await expectNoDifferences();
    expect(fixture.restarts).toEqual([]);
  });

  it('and a comparison finds what a hand has changed', async () => {
    const team = await fixture.createTeam(2);
    await fixture.createExpense(team);
    const change = (by: number) =>
      fixture.sql(
        `update teams.balances set net_minor = net_minor + $3 * case when member_id = $1 then 1 else -1 end
         where member_id in ($1, $2)`,
        [...team.members, by],
      );
    await change(5);
    const { balances, differences } = await compareBalances(fixture.dependencies);
    expect(differences).toHaveLength(2);
    expect(balances).toBeGreaterThan(1);
    expect(differences).toContainEqual(
      expect.objectContaining({ memberId: team.members[0], expected: '500', actual: '505' }),
    );
    await change(-5);
    const spoil = (by: number) =>
      fixture.sql('update teams.debts set amount_minor = amount_minor + $2 where team_id = $1', [team.teamId, by]);
    await spoil(7);
    const debts = await compareDebts(fixture.dependencies);
    expect(debts.debts).toBeGreaterThan(0);
    expect(debts.differences).toHaveLength(1);
    await spoil(-7);
    await expectNoDifferences();
  });

  it('and legs that SQL writes one by one, or takes away in part, owe as all of them at once', async () => {
    const team = await fixture.createTeam(5);
    const [payer = '', second = '', ...rest] = team.members;
    const leg = (memberId: string, paid: number, owed: number) =>
      `insert into teams.legs (entry_id, team_id, currency, member_id, paid_minor, owed_minor)
       select id, team_id, currency, '${memberId}', ${paid}, ${owed} from teams.entries where team_id = '${team.teamId}'`;
    const { id } = await fixture.createExpense(team);
    const all = await listDebts(fixture.writers, team.teamId);
    expect(all).toHaveLength(4);
    const owed = (
      await fixture.sql<{ n: string }>('select owed_minor::text as n from teams.legs where entry_id = $1', [id])
    ).map(({ n }) => Number(n));
    expect(owed).toEqual([200, 200, 200, 200, 200]);
    await fixture.sql(`do $$ begin
      delete from teams.legs where entry_id = '${id}' and member_id in ('${payer}', '${second}');
      ${leg(second, 300, 200)};
      delete from teams.legs where entry_id = '${id}' and member_id = '${rest[0] ?? ''}';
      ${leg(payer, 700, 200)};
      ${leg(rest[0] ?? '', 0, 200)};
    end $$`);
    await expectSound(team);
    await expectNoDifferences();
    await fixture.sql(`do $$ begin
      delete from teams.legs where entry_id = '${id}' and member_id in ('${payer}', '${second}');
      ${leg(second, 0, 200)};
      ${leg(payer, 1000, 200)};
    end $$`);
    expect(await listDebts(fixture.writers, team.teamId)).toEqual(all);
  });
});
