import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { splitBody } from '../expenses/expense-operations.ts';
import { createRecurringExpense } from './create-recurring-expense.ts';
import { deleteRecurringExpense } from './delete-recurring-expense.ts';
import { getRecurringExpense } from './get-recurring-expense.ts';
import { listRecurringExpenses } from './list-recurring-expenses.ts';
import type { RecurringExpense, RecurringWords } from './recurring-expense.ts';
import { updateRecurringExpense } from './update-recurring-expense.ts';

type RecurringOperation =
  | 'listRecurringExpenses'
  | 'createRecurringExpense'
  | 'getRecurringExpense'
  | 'updateRecurringExpense'
  | 'deleteRecurringExpense';

/** What a team spends again and again. */
export function createRecurringOperations(dependencies: TeamsDependencies): Handlers<RecurringOperation> {
  const { primary, clock } = dependencies;
  return {
    listRecurringExpenses: async ({ path, query }, { principal }) => {
      const { limit, cursor } = query;
      const page = await listRecurringExpenses(dependencies, { ...path, userId: principal.userId, limit, cursor });
      return reply('listRecurringExpenses', { status: 200, body: { ...page, items: page.items.map(bodyOf) } });
    },
    createRecurringExpense: async ({ path, body }, { tx, id, principal }) => {
      const command = { ...path, userId: principal.userId, id: id('recurring expense'), ...written(body) };
      const recurring = await createRecurringExpense({ tx, clock }, command);
      return reply('createRecurringExpense', {
        status: 201,
        headers: {
          Location: `/api/v1/teams/${recurring.teamId}/recurring-expenses/${recurring.id}`,
          ETag: etagOf(recurring.version),
        },
        body: bodyOf(recurring),
      });
    },
    getRecurringExpense: async ({ path }, { principal }) => {
      const { recurringId, teamId } = path;
      const found = await getRecurringExpense(primary, { teamId, recurringId, userId: principal.userId });
      return reply('getRecurringExpense', answerOf(found));
    },
    updateRecurringExpense: async ({ path, headers, body }, { principal }) => {
      const command = { ...path, userId: principal.userId, ifMatch: headers['If-Match'], ...written(body) };
      const changed = await primary.transaction((tx) => updateRecurringExpense({ tx, clock }, command));
      return reply('updateRecurringExpense', answerOf(changed));
    },
    deleteRecurringExpense: async ({ path, headers }, { principal }) => {
      await deleteRecurringExpense(dependencies, { ...path, userId: principal.userId, ifMatch: headers['If-Match'] });
      return reply('deleteRecurringExpense', { status: 204 });
    },
  };
}

function written(body: Schema<'RecurringExpenseWrite'>): RecurringWords {
  const { description, category = null, notes = null, amount, currency, payers, split } = body;
  const { startsOn, unit, every, timeZone, endsOn = null } = body;
  return {
    ...{ description, category, notes, amount, currency, terms: { payers, split } },
    ...{ startsOn, unit, every, timeZone, endsOn },
  };
}

function answerOf(recurring: RecurringExpense) {
  return { status: 200, headers: { ETag: etagOf(recurring.version) }, body: bodyOf(recurring) } as const;
}

function bodyOf(recurring: RecurringExpense): Schema<'RecurringExpense'> {
  const { id, teamId, description, category, notes, amount, currency, terms, startsOn, unit, every } = recurring;
  const { timeZone, endsOn, nextOn, state, suspendedReason, createdBy, createdAt, updatedAt } = recurring;
  return {
    ...{ id, teamId, description, amount, currency, payers: [...terms.payers], split: splitBody(terms.split) },
    ...(category === null ? {} : { category }),
    ...(notes === null ? {} : { notes }),
    ...{ startsOn, unit, every, timeZone },
    ...(endsOn === null ? {} : { endsOn }),
    ...(nextOn === null ? {} : { nextOn }),
    ...{ state, createdBy, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
    ...(suspendedReason === null ? {} : { suspendedReason }),
  };
}
