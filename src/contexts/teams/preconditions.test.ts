import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../shared/id.ts';
import { updateTeamBudgets } from './budgets/update-team-budgets.ts';
import { deleteExpense } from './expenses/delete-expense.ts';
import { updateExpense } from './expenses/update-expense.ts';
import { updateTeamMember } from './members/update-team-member.ts';
import { updateTeam } from './members/update-team.ts';
import { createRecurringExpense } from './recurring/create-recurring-expense.ts';
import { deleteRecurringExpense } from './recurring/delete-recurring-expense.ts';
import { updateRecurringExpense } from './recurring/update-recurring-expense.ts';
import { createTeamsFixture, dinner } from './teams.fixture.ts';
import type { FixtureTeam, TeamsFixture } from './teams.fixture.ts';

let fixture: TeamsFixture;
/** In use, and archived: the same is in both. */
let places: Readonly<Record<'open' | 'archived', Place>>;
const clock = { now: () => new Date('2026-11-21T12:00:00Z') };

interface Place extends FixtureTeam {
  readonly viewerId: string;
  readonly expenseId: string;
  readonly recurringId: string;
}
/** A write that breaks a rule of the business, too. */
type Write = (place: Place, userId: string, ifMatch: string | undefined) => Promise<unknown>;

async function furnish(): Promise<Place> {
  const team = await fixture.createTeam(2);
  const { teamId, userId, members } = team;
  const [viewerId, recurringId] = [newId(), newId()];
  await fixture.sql(`update teams.members set user_id = $2, role = 'viewer' where id = $1`, [members[1], viewerId]);
  const { id: expenseId } = await fixture.createExpense(team);
  const recurring = { ...dinner(team), startsOn: '2999-01-31', unit: 'month', every: 1, timeZone: 'UTC' } as const;
  const command = { id: recurringId, teamId, userId, ...recurring, endsOn: null };
  await fixture.writers.transaction((tx) => createRecurringExpense({ tx, clock }, command));
  return { ...team, viewerId, expenseId, recurringId };
}

beforeAll(async () => {
  fixture = await createTeamsFixture();
  places = { open: await furnish(), archived: await furnish() };
  await fixture.sql('update teams.teams set archived_at = now() where id = $1', [places.archived.teamId]);
});
afterAll(() => fixture.close());

const unknown = { currency: 'XXX' };
const writes: Readonly<Record<string, Write>> = {
  updateTeam: ({ teamId }, userId, ifMatch) =>
    fixture.writers.transaction((tx) =>
      updateTeam({ tx, clock }, { teamId, userId, ifMatch, name: undefined, archived: undefined }),
    ),
  // Whoever has no account cannot own a team, and the last owner stays one.
  updateTeamMember: ({ teamId, members: [memberId = ''] }, userId, ifMatch) =>
    fixture.writers.transaction((tx) =>
      updateTeamMember(tx, { teamId, userId, memberId, ifMatch, name: undefined, role: 'member' }),
    ),
  updateExpense: (place, userId, ifMatch) =>
    fixture.writers.transaction((tx) =>
      updateExpense({ tx, clock }, { ...place, userId, ifMatch, ...dinner(place), ...unknown }),
    ),
  deleteExpense: (place, userId, ifMatch) => deleteExpense(fixture.dependencies, { ...place, userId, ifMatch }),
  updateRecurringExpense: (place, userId, ifMatch) => {
    const words = { ...dinner(place), ...unknown, startsOn: '2999-01-31', unit: 'week', every: 1 } as const;
    const command = { ...place, userId, ifMatch, ...words, timeZone: 'Mars/Olympus', endsOn: null };
    return fixture.writers.transaction((tx) => updateRecurringExpense({ tx, clock }, command));
  },
  deleteRecurringExpense: (place, userId, ifMatch) =>
    deleteRecurringExpense(fixture.dependencies, { ...place, userId, ifMatch }),
  updateTeamBudgets: ({ teamId }, userId, ifMatch) => {
    const budgets = [{ category: null, ...unknown, amount: '1.00', thresholds: [] }];
    return fixture.writers.transaction((tx) => updateTeamBudgets(tx, { teamId, userId, budgets, ifMatch }));
  },
};

describe.each(Object.entries(writes))('%s', (_, write) => {
  it.each(['open', 'archived'] as const)('looks at If-Match before any rule, in a team that is %s', async (kind) => {
    const place = places[kind];
    await expect(write(place, place.userId, undefined)).rejects.toMatchObject({ status: 428 });
    await expect(write(place, place.userId, '"999"')).rejects.toMatchObject({ status: 412 });
  });

  it.each([undefined, '"999"'])('and at who asks before If-Match: %s', async (ifMatch) => {
    const place = places.open;
    await expect(write(place, newId(), ifMatch)).rejects.toMatchObject({ status: 404 });
    await expect(write(place, place.viewerId, ifMatch)).rejects.toMatchObject({ code: 'team-role-insufficient' });
  });
});
