import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareBalances } from '../balances/compare-balances.ts';
import { createTeamsFixture, dinner } from '../teams.fixture.ts';
import type { FixtureTeam, TeamsFixture } from '../teams.fixture.ts';
import { exportExpenses } from './export-expenses.ts';
import { importExpenses } from './import-expenses.ts';
import type { ImportExpenses } from './import-expenses.ts';

let fixture: TeamsFixture;
const clock = { now: () => new Date() };
const { signal } = new AbortController();
beforeAll(async () => {
  fixture = await createTeamsFixture();
});
afterAll(() => fixture.close());

const download = async (team: FixtureTeam, format: 'csv' | 'json' | 'ndjson' = 'csv'): Promise<string> => {
  const pieces = await exportExpenses(fixture.dependencies, { ...team, format, signal });
  let file = '';
  for await (const piece of pieces) file += piece;
  return file;
};
const upload = (
  { teamId, userId }: FixtureTeam,
  csv: string,
  format: ImportExpenses['format'] = 'portico',
  dryRun = false,
) => fixture.writers.transaction((tx) => importExpenses({ tx, clock }, { teamId, userId, csv, format, dryRun }));

it('as JSON it is one document, however many pieces it comes in', async () => {
  const team = await fixture.createTeam(2);
  expect(JSON.parse(await download(team, 'json'))).toEqual([]);
  await fixture.sql(
    `with spent as (select gen_random_uuid() as id from generate_series(1, 2001)), entries as (
       insert into teams.entries (id, team_id, kind, currency, amount_minor, state, description, occurred_on, created_by,
         created_at, updated_at)
       select id, $1, 'expense', 'EUR', 100, 'counted', 'Coffee', '2026-11-20', $2, now(), now() from spent)
     insert into teams.legs (entry_id, team_id, currency, member_id, paid_minor, owed_minor)
     select id, $1, 'EUR', $2, 100, 100 from spent`,
    [team.teamId, team.members[0]],
  );
  const entries = JSON.parse(await download(team, 'json')) as { id: string; amount: string }[];
  expect(new Set(entries.map(({ id }) => id)).size).toBe(2001);
  expect(entries[0]).toMatchObject({ kind: 'expense', amount: '1.00', legs: [{ paid: '1.00', owed: '1.00' }] });
});

describe('A file of our own', () => {
  it.each([600, 1_200])(
    'with %s of the largest amounts is more than a balance holds, and leaves nothing',
    async (entries) => {
      const team = await fixture.createTeam(2);
      const amount = '90071992547409.91';
      const lines = Array.from({ length: entries }, (_, at) => {
        const head = `${at},expense,2026-11-20,Castle ${at},,EUR,${amount},,`;
        return `${head}Owner,${amount},0.00,\r\n${head}Member 1,0.00,${amount},\r\n`;
      });
      const file = `${(await download(team)).split('\r\n')[0]}\r\n${lines.join('')}`;
      expect(await upload(team, file, 'portico', true)).toMatchObject({ entries, faultCount: 0 });
      await expect(upload(team, file)).rejects.toMatchObject({ constraint: 'balances_in_range' });
      expect(await fixture.balances(team)).toEqual({});
    },
  );

  it('takes a team with all its balances into another, once however often', async () => {
    const team = await fixture.createTeam(3);
    const words = { description: '=SUM(A1) "quoted",\nand more', notes: "it's -5", category: 'dining-out' };
    await fixture.createExpense(team, { ...dinner(team, '10.01'), ...words });
    await fixture.createExpense(team, { ...dinner(team, '1000'), currency: 'JPY' });
    await fixture.createExpense(team, dinner(team, '3.00'));
    await fixture.createExpense(team, dinner(team, '3.00'));
    const file = await download(team);
    expect(file.split('\r\n')[0]).toBe(
      'entry,kind,date,description,category,currency,amount,memberId,member,paid,owed,notes',
    );
    expect(file).toContain(`"'=SUM(A1) ""quoted"",\nand more"`);
    const other = await fixture.createTeam(3);
    expect(await upload(other, file, 'portico', true)).toEqual({ entries: 4, added: 4, faultCount: 0, faults: [] });
    expect(await fixture.balances(other)).toEqual({});
    expect(await upload(other, file)).toMatchObject({ added: 4 });
    expect(await upload(other, file)).toMatchObject({ entries: 4, added: 0 });
    expect(await fixture.balances(other)).toEqual(await fixture.balances(team));
    const withoutIds = (text: string) =>
      text
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '')
        .split('\r\n')
        .sort();
    expect(withoutIds(await download(other))).toEqual(withoutIds(file));
    expect((await compareBalances(fixture.dependencies)).differences).toEqual([]);
    const lines = (await download(team, 'ndjson')).trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ ...words, kind: 'expense', amount: '10.01', currency: 'EUR' }),
    );
  });

  it.each([
    ['nothing', '', 1, 'must be the header'],
    ['another header', 'a,b\n1,2\n', 1, 'must be the header'],
    ['open quotes', '"a', 1, 'is no CSV'],
  ])('refuses %s', async (_, csv, line, detail) => {
    const team = await fixture.createTeam(1);
    const { faults } = await upload(team, csv, 'portico', true);
    expect(faults).toEqual([{ line, detail: expect.stringContaining(detail) }]);
    await expect(upload(team, csv)).rejects.toMatchObject({ code: 'import-faulty' });
  });

  it('tells every wrong line and takes nothing in', async () => {
    const team = await fixture.createTeam(1);
    const header = 'entry,kind,date,description,category,currency,amount,memberId,member,paid,owed,notes';
    const line = (fields: Partial<Record<string, string>>) =>
      Object.values({
        ...{ entry: '', kind: 'expense', date: '2026-11-20', description: 'x', category: '', currency: 'EUR' },
        ...{ amount: '1.00', memberId: '', member: 'Owner', paid: '1.00', owed: '1.00', notes: '', ...fields },
      }).join();
    const wrong = [
      [{ kind: 'gift' }, 'kind'],
      [{ date: '2026-02-30' }, 'day'],
      [{ currency: 'XXX' }, 'currency'],
      [{ currency: 'JPY', amount: '1.50' }, 'amounts'],
      [{ paid: '0.99' }, 'not paid'],
      [{ amount: '0', paid: '0', owed: '0' }, 'amounts'],
      [{ paid: '-1' }, 'amounts'],
      [{ category: 'Dining Out' }, 'category'],
      [{ member: 'Nobody' }, 'not in the team'],
      [{ kind: 'settlement' }, 'payment'],
    ] as const;
    const csv = [header, line({}), ...wrong.map(([fields]) => line(fields))].join('\n');
    const report = await upload(team, csv, 'portico', true);
    expect(report).toMatchObject({ added: 1, faultCount: wrong.length });
    expect(report.faults.map(({ line: at }) => at)).toEqual(wrong.map((_, at) => at + 3));
    for (const [at, [, word]] of wrong.entries()) expect(report.faults[at]?.detail).toContain(word);
    await expect(upload(team, csv)).rejects.toMatchObject({ code: 'import-faulty' });
    expect(await fixture.sql('select from teams.entries where team_id = $1', [team.teamId])).toEqual([]);
  });
});

describe("A file of Splitwise's", () => {
  const file = [
    'Date,Description,Category,Cost,Currency,Owner,Member 1,Member 2',
    '',
    '2026-11-18,Dinner,Dining out,30.00,EUR,20.00,-10.00,-10.00',
    '2026-11-19,Taxi,Taxi,1000.00,JPY,300.00,200.00,-500.00',
    '2026-11-20,Member 1 paid Owner,Payment,10.00,EUR,-10.00,10.00,0.00',
    '2026-11-20,Own coffee,Dining out,2.00,EUR,0.00,0.00,0.00',
    '',
    '2026-11-21,Total balance, , ,EUR,10.00,0.00,-10.00',
  ].join('\n');

  it('brings the balances it says, to the unit', async () => {
    const team = await fixture.createTeam(3);
    expect(await upload(team, file, 'splitwise')).toEqual({ entries: 3, added: 3, faultCount: 0, faults: [] });
    expect(await fixture.balances(team)).toEqual({
      ...{ 'EUR 0': 1_000, 'EUR 2': -1_000 },
      ...{ 'JPY 0': 300, 'JPY 1': 200, 'JPY 2': -500 },
    });
    const kinds = await fixture.sql<{ kind: string; category: string | null }>(
      'select kind, category from teams.entries where team_id = $1 order by occurred_on',
      [team.teamId],
    );
    expect(kinds).toEqual([
      { kind: 'expense', category: 'dining-out' },
      { kind: 'expense', category: 'taxi' },
      { kind: 'settlement', category: null },
    ]);
  });

  it.each([
    ['2026-11-18,Dinner,General,30.00,EUR,20.00,-10.00,-9.99', 'come out'],
    ['2026-11-18,Dinner,General,5.00,EUR,20.00,-10.00,-10.00', 'come out'],
    ['2026-11-18,Dinner,General,30.005,EUR,20.00,-10.00,-10.00', 'amounts'],
    ['18/11/2026,Dinner,General,30.00,EUR,20.00,-10.00,-10.00', 'day'],
    ['2026-11-18,Paid,Payment,30.00,EUR,20.00,-10.00,-10.00', 'payment'],
  ])('refuses %s', async (line, word) => {
    const team = await fixture.createTeam(3);
    const { faults } = await upload(team, `${file.split('\n')[0] ?? ''}\n${line}`, 'splitwise', true);
    expect(faults).toEqual([{ line: 2, detail: expect.stringContaining(word) }]);
  });
});
