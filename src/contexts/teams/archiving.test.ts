import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../shared/id.ts';
import { until } from '../../testing/until.ts';
import { createExpenseComment } from './comments/create-expense-comment.ts';
import { createExpense } from './expenses/create-expense.ts';
import { updateTeam } from './members/update-team.ts';
import { createRecurringExpense } from './recurring/create-recurring-expense.ts';
import { writeRecurringExpenses } from './recurring/write-recurring-expenses.ts';
import { createTeamsFixture, dinner } from './teams.fixture.ts';
import type { FixtureTeam, TeamsFixture } from './teams.fixture.ts';

let fixture: TeamsFixture;
let team: FixtureTeam;
const clock = { now: () => new Date('2026-11-21T12:00:00Z') };
const tooLate = expect.objectContaining({ constraint: 'teams_written_while_open' });

beforeAll(async () => {
  fixture = await createTeamsFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  team = await fixture.createTeam(3);
});

/** A transaction that does its work, and then waits to be told how it ends. */
function hold(work: (tx: Parameters<typeof createExpense>[0]['tx']) => Promise<unknown>) {
  const done = Promise.withResolvers<void>();
  const ending = Promise.withResolvers<void>();
  const ended = fixture.writers.transaction(async (tx) => {
    await work(tx);
    done.resolve();
    await ending.promise;
  });
  ended.catch(done.reject);
  return { done: done.promise, end: () => (ending.resolve(), ended) };
}

const update = (archived: boolean) => (tx: Parameters<typeof createExpense>[0]['tx']) =>
  updateTeam({ tx, clock }, { ...team, ifMatch: '*', name: undefined, archived });
const archive = () => fixture.writers.transaction(update(true));
const spend = (tx: Parameters<typeof createExpense>[0]['tx']) =>
  createExpense({ tx, clock }, { id: newId(), ...team, ...dinner(team) });
const recurring = () => {
  const { spentOn: _, ...words } = dinner(team);
  return { ...words, startsOn: '2026-11-01', unit: 'month', every: 1, timeZone: 'UTC', endsOn: null } as const;
};

/** The constraint or the problem that refused. */
function refusalOf(error: unknown): string {
  const { constraint, code } = error as { readonly constraint?: string; readonly code?: string };
  return constraint ?? code ?? 'unknown';
}

/** Until so many wait for somebody else's row or transaction. */
const waiting = (count: number) =>
  until(async () => {
    const [row] = await fixture.sql<{ n: number }>(
      `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return (row?.n ?? 0) >= count;
  });
const countEntries = async (): Promise<number> => {
  const rows = await fixture.sql<{ n: number }>('select count(*) as n from teams.entries where team_id = $1', [
    team.teamId,
  ]);
  return rows[0]?.n ?? 0;
};

describe('Archiving a team', () => {
  it('waits for an expense on its way', async () => {
    const expense = hold(spend);
    await expense.done;
    const archiving = archive();
    await waiting(1);
    await expense.end();
    expect((await archiving).team.archivedAt).not.toBeNull();
    expect(await countEntries()).toBe(1);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['an expense', () => fixture.writers.transaction(spend)],
    [
      'something that comes again',
      () =>
        fixture.writers.transaction((tx) =>
          createRecurringExpense({ tx, clock }, { id: newId(), ...team, ...recurring() }),
        ),
    ],
  ])('lets %s come too late that began before', async (_, write) => {
    const archiving = hold(update(true));
    await archiving.done;
    const late = write();
    const refused = expect(late).rejects.toEqual(tooLate);
    await waiting(1);
    await archiving.end();
    await refused;
    expect(await countEntries()).toBe(0);
  });

  it('refuses edits and comments that began before, too', async () => {
    const { id: expenseId } = await fixture.createExpense(team);
    const archiving = hold(update(true));
    await archiving.done;
    const comment = { ...team, expenseId, id: newId(), text: 'Too late?' };
    const late = [
      fixture.writers.transaction((tx) => createExpenseComment({ tx, clock }, comment)),
      fixture.sql(`update teams.entries set version = version + 1, notes = 'x' where id = $1`, [expenseId]),
    ].map((each) => expect(each).rejects.toEqual(tooLate));
    await waiting(2);
    await archiving.end();
    await Promise.all(late);
  });

  it('of many writers lets some come first and refuses the others; none is in between', async () => {
    const write = async (): Promise<string> => {
      for (let turn = 0; ; turn += 1) {
        const outcome = await fixture.writers.transaction(spend).then(() => 'written', refusalOf);
        if (outcome !== 'written') return outcome;
      }
    };
    const writers = Array.from({ length: 6 }, write);
    await until(async () => (await countEntries()) > 10);
    await archive();
    const written = await countEntries();
    const outcomes = await Promise.all(writers);
    expect(outcomes.filter((code) => !['teams_written_while_open', 'team-archived'].includes(code))).toEqual([]);
    expect(await countEntries()).toBe(written);
    expect(fixture.restarts).toEqual([]);
  });

  it('does not wait for a new name, nor keep anybody from giving one', async () => {
    const expense = hold(spend);
    await expense.done;
    await fixture.writers.transaction((tx) =>
      updateTeam({ tx, clock }, { ...team, ifMatch: '*', name: 'Autumn', archived: undefined }),
    );
    await expense.end();
    expect(await countEntries()).toBe(1);
  });

  it('has what is due wait until the team is opened again', async () => {
    await fixture.writers.transaction((tx) =>
      createRecurringExpense({ tx, clock }, { id: newId(), ...team, ...recurring() }),
    );
    const archiving = hold(update(true));
    await archiving.done;
    const { signal } = new AbortController();
    const writing = writeRecurringExpenses({ worker: fixture.writers, clock }, { signal });
    await waiting(1);
    await archiving.end();
    await writing;
    expect(await countEntries()).toBe(0);
    await fixture.writers.transaction(update(false));
    await writeRecurringExpenses({ worker: fixture.writers, clock }, { signal });
    expect(await countEntries()).toBe(1);
  });
});
