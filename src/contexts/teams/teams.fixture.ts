import { randomBytes } from 'node:crypto';
import { connect } from '../../database/connect.ts';
import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import { createCursors } from '../../shared/cursor.ts';
import { newId } from '../../shared/id.ts';
import { createTestDatabase } from '../../testing/database.ts';
import type { TestDatabase } from '../../testing/database.ts';
import type { MessageRequest } from '../notifications/index.ts';
import type { TeamsDependencies } from './dependencies.ts';
import { createExpense } from './expenses/create-expense.ts';
import type { CreateExpense } from './expenses/create-expense.ts';
import type { Expense } from './expenses/expense.ts';
import type { SplitTerms } from './expenses/terms.ts';
import { createTeamMember } from './members/create-team-member.ts';
import { createTeam } from './members/create-team.ts';

/** A team, the account of its owner, and its members: the owner's first. */
export interface FixtureTeam {
  readonly teamId: string;
  readonly userId: string;
  readonly members: readonly string[];
}

/** Teams on a real database. */
export interface TeamsFixture {
  readonly test: TestDatabase;
  /** As many connections as writers. */
  readonly writers: Database;
  /** SQLSTATEs after which a transaction started over: `40P01` is a deadlock. */
  readonly restarts: readonly string[];
  readonly dependencies: TeamsDependencies;
  /** Every message teams has asked for so far. */
  readonly asked: readonly MessageRequest[];
  /** A team of so many: the owner, and placeholders. */
  createTeam(size: number): Promise<FixtureTeam>;
  /** Written by the owner; default: 10.00 EUR, paid by the owner, shared by all alike. */
  createExpense(team: FixtureTeam, expense?: Partial<CreateExpense>): Promise<Expense>;
  /** The balances of a team that are not zero: `EUR <member's place in the list>` to minor units. */
  balances(team: FixtureTeam): Promise<Record<string, number>>;
  /** Runs SQL as the owner. */
  sql<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs SQL as the application's role. */
  sqlAsApplication<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** What teams needs, on one database. */
export function teamsOn(database: Database, asked: MessageRequest[] = []): TeamsDependencies {
  return {
    primary: database,
    worker: database,
    reporting: database,
    clock: { now: () => new Date() },
    cursors: createCursors(randomBytes(32)),
    findExchangeRate: () => Promise.reject(new Error('No rates here.')),
    readContacts: (_, userIds) =>
      Promise.resolve(userIds.map((userId) => ({ userId, email: `${userId}@example.com` }))),
    notifications: {
      queueMessages: (_, requests) => {
        asked.push(...requests);
        return Promise.resolve(requests.length);
      },
    },
  };
}

/** What everybody shares alike, paid by the first. */
export function dinner({ members }: Pick<FixtureTeam, 'members'>, amount = '10.00', split?: SplitTerms) {
  return {
    ...{ description: 'Dinner', category: null, spentOn: '2026-11-20', notes: null, attachmentUrl: null },
    ...{ amount, currency: 'EUR' },
    terms: {
      payers: [{ memberId: members[0] ?? '', amount }],
      split: split ?? { method: 'equal' as const, memberIds: members },
    },
  };
}

export async function createTeamsFixture(): Promise<TeamsFixture> {
  const test = await createTestDatabase();
  const restarts: string[] = [];
  const writers = connect({
    ...{ url: test.url, name: 'test writers', size: 10, statementTimeout: 30_000, role: 'portico_app' },
    onRetry: (state) => void restarts.push(state),
  });
  const asked: MessageRequest[] = [];
  const dependencies = teamsOn(writers, asked);
  const { clock } = dependencies;
  const sql: TeamsFixture['sql'] = (text, values = []) => test.owner.query(statement('', text), values);
  return {
    ...{ test, writers, restarts, dependencies, asked, sql },
    async createTeam(size) {
      const [teamId, userId, owner] = [newId(), newId(), newId()];
      const command = { id: teamId, name: 'Trip', memberId: owner, userId, ownName: 'Owner' };
      await writers.transaction((tx) => createTeam({ tx, clock }, command));
      const members = [owner];
      while (members.length < size) {
        const id = newId();
        const name = `Member ${members.length}`;
        await writers.transaction((tx) => createTeamMember({ tx, clock }, { teamId, userId, id, name }));
        members.push(id);
      }
      return { teamId, userId, members };
    },
    createExpense: (team, expense = {}) => {
      const { teamId, userId } = team;
      const command = { id: newId(), teamId, userId, ...dinner(team), ...expense };
      return writers.transaction((tx) => createExpense({ tx, clock }, command));
    },
    async balances({ teamId, members }) {
      const rows = await sql<{ currency: string; member_id: string; net_minor: number }>(
        'select currency, member_id, net_minor from teams.balances where team_id = $1 and net_minor <> 0',
        [teamId],
      );
      return Object.fromEntries(
        rows.map(({ currency, member_id: id, net_minor: net }) => [`${currency} ${members.indexOf(id)}`, net]),
      );
    },
    sqlAsApplication: (text, values = []) => writers.query(statement('', text), values),
    async close() {
      await writers.close();
      await test.close();
    },
  };
}
