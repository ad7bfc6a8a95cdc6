import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { killAfterEachStep } from '../../../testing/dying-database.ts';
import { createTeamsFixture, dinner } from '../teams.fixture.ts';
import type { FixtureTeam, TeamsFixture } from '../teams.fixture.ts';
import { createRecurringExpense } from './create-recurring-expense.ts';
import { getRecurringExpense } from './get-recurring-expense.ts';
import type { RecurringExpense, RecurringWords } from './recurring-expense.ts';
import { updateRecurringExpense } from './update-recurring-expense.ts';
import { writeRecurringExpenses } from './write-recurring-expenses.ts';

let fixture: TeamsFixture;
let team: FixtureTeam;
let now: Date;
const clock = { now: () => now };
const { signal } = new AbortController();

beforeAll(async () => {
  fixture = await createTeamsFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  now = new Date('2026-01-31T12:00:00Z');
  team = await fixture.createTeam(3);
});

function words(fields: Partial<RecurringWords> = {}): RecurringWords {
  const { description, category, notes, amount, currency, terms } = dinner(team);
  return {
    ...{ description, category, notes, amount, currency, terms, startsOn: '2026-01-31', unit: 'month', every: 1 },
    ...{ timeZone: 'UTC', endsOn: null, ...fields },
  };
}
const create = (fields: Partial<RecurringWords> = {}): Promise<RecurringExpense> => {
  const { teamId, userId } = team;
  const command = { id: newId(), teamId, userId, ...words(fields) };
  return fixture.writers.transaction((tx) => createRecurringExpense({ tx, clock }, command));
};
const write = (worker = fixture.writers) => writeRecurringExpenses({ worker, clock }, { signal });
const days = async (): Promise<string[]> => {
  const rows = await fixture.sql<{ day: string }>(
    `select occurred_on::text as day from teams.entries where team_id = $1 and kind = 'expense' order by occurred_on`,
    [team.teamId],
  );
  return rows.map(({ day }) => day);
};
const read = ({ id }: RecurringExpense) =>
  getRecurringExpense(fixture.writers, { teamId: team.teamId, userId: team.userId, recurringId: id });

describe('writeRecurringExpenses', () => {
  it('writes each day once, counted from the first', async () => {
    const recurring = await create();
    await write();
    expect(await days()).toEqual(['2026-01-31']);
    now = new Date('2026-02-28T00:00:00Z');
    await write();
    now = new Date('2026-03-31T23:00:00Z');
    await write();
    await write();
    expect(await days()).toEqual(['2026-01-31', '2026-02-28', '2026-03-31']);
    expect(await fixture.balances(team)).toEqual(expect.objectContaining({ 'EUR 0': expect.any(Number) }));
    expect(await read(recurring)).toMatchObject({ nextOn: '2026-04-30', nextNumber: 3, state: 'active' });
  });

  it('goes by the calendar of its own zone', async () => {
    await create({ timeZone: 'Pacific/Kiritimati', startsOn: '2026-02-01' });
    now = new Date('2026-01-31T09:59:00Z');
    await write();
    expect(await days()).toEqual([]);
    now = new Date('2026-01-31T10:00:00Z');
    await write();
    expect(await days()).toEqual(['2026-02-01']);
  });

  it('makes up for twelve missed days, then waits for somebody, who has the rest written', async () => {
    const recurring = await create({ unit: 'day' });
    now = new Date('2026-02-28T12:00:00Z');
    await write();
    await write();
    expect(await days()).toHaveLength(12);
    const waiting = await read(recurring);
    expect(waiting).toMatchObject({ state: 'suspended', suspendedReason: 'catch-up-limit', nextOn: '2026-02-12' });
    const { teamId, userId } = team;
    const command = { teamId, userId, recurringId: recurring.id, ifMatch: '*', ...words({ unit: 'day' }) };
    await fixture.writers.transaction((tx) => updateRecurringExpense({ tx, clock }, command));
    await write();
    expect(await days()).toHaveLength(24);
  });

  it('ends at its end', async () => {
    const recurring = await create({ endsOn: '2026-02-28' });
    now = new Date('2026-12-31T12:00:00Z');
    await write();
    expect(await days()).toEqual(['2026-01-31', '2026-02-28']);
    expect(await read(recurring)).toMatchObject({ nextOn: null, state: 'active' });
  });

  it('stops when somebody who is named has left, and says so', async () => {
    const recurring = await create();
    await fixture.sql('update teams.members set left_at = now() where id = $1', [team.members[2]]);
    const other = await fixture.createTeam(1);
    await write();
    expect(await days()).toEqual([]);
    expect(await read(recurring)).toMatchObject({ state: 'suspended', suspendedReason: 'member-unknown' });
    const history = await fixture.sql<{ action: string; actor_id: string | null }>(
      'select action, actor_id from teams.history where subject_id = $1 order by at',
      [recurring.id],
    );
    expect(history.at(-1)).toEqual({ action: 'recurring-expense-suspended', actor_id: null });
    expect(other.members).toHaveLength(1);
  });

  it('writes nothing in an archived team', async () => {
    await create();
    await fixture.sql('update teams.teams set archived_at = now() where id = $1', [team.teamId]);
    await write();
    expect(await days()).toEqual([]);
  });

  it('writes each day once, however many run at once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => create({ unit: 'day', startsOn: '2026-01-27' })));
    await Promise.all(Array.from({ length: 8 }, () => write()));
    expect(await days()).toHaveLength(25);
    expect(new Set(await days()).size).toBe(5);
  });

  it('writes a day with all that belongs to it or not at all, wherever it dies', async () => {
    let expected = 0;
    const kills = await killAfterEachStep(
      fixture.writers,
      async (mortal) => {
        await create({ startsOn: '2026-01-30', unit: 'day' });
        expected += 2;
        await write(mortal);
      },
      async () => {
        await write();
        expect(await days()).toHaveLength(expected);
      },
    );
    expect(kills).toBeGreaterThan(10);
    const [counted] = await fixture.sql<{ n: number }>(
      `select count(*) as n from teams.recurring_occurrences o join teams.recurring_expenses r on r.id = o.recurring_id
       where r.team_id = $1`,
      [team.teamId],
    );
    expect(counted?.n).toBe(expected);
  });
});

describe('A recurring expense', () => {
  it('that is changed leaves what came of it, and writes no day before the last again', async () => {
    const recurring = await create();
    await write();
    const { teamId, userId } = team;
    const changed = words({
      startsOn: '2026-01-01',
      unit: 'week',
      amount: '20.00',
      terms: dinner(team, '20.00').terms,
    });
    const command = { teamId, userId, recurringId: recurring.id, ifMatch: '*', ...changed };
    const updated = await fixture.writers.transaction((tx) => updateRecurringExpense({ tx, clock }, command));
    expect(updated).toMatchObject({ nextOn: '2026-02-05', nextNumber: 5 });
    await write();
    expect(await days()).toEqual(['2026-01-31']);
  });

  it.each<[Partial<RecurringWords>, string]>([
    [{ timeZone: 'Mars/Olympus' }, 'time-zone-unknown'],
    [{ endsOn: '2026-01-30' }, 'recurrence-empty'],
    [{ amount: '10.001' }, 'amount-unfit'],
    [{ currency: 'XXX' }, 'currency-unknown'],
  ])('is refused for %o: %s', async (fields, code) => {
    await expect(create(fields)).rejects.toMatchObject({ code });
  });
});
