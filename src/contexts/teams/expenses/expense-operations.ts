import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import { moneyText } from '../../../shared/money.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { createExpense } from './create-expense.ts';
import { deleteExpense } from './delete-expense.ts';
import type { ExpenseBrief } from './expense-store.ts';
import type { Expense, ExpenseMoney, ExpenseWords } from './expense.ts';
import { getExpense } from './get-expense.ts';
import { listExpenses } from './list-expenses.ts';
import { restoreExpense } from './restore-expense.ts';
import type { SplitTerms } from './terms.ts';
import { updateExpense } from './update-expense.ts';

type ExpenseOperation =
  'listExpenses' | 'createExpense' | 'getExpense' | 'updateExpense' | 'deleteExpense' | 'restoreExpense';

/** What a team spends. */
export function createExpenseOperations(dependencies: TeamsDependencies): Handlers<ExpenseOperation> {
  const { primary, clock } = dependencies;
  return {
    listExpenses: async ({ path, query }, { principal }) => {
      const { search, category, currency, memberId, from, to, deleted = false, limit, cursor } = query;
      const page = await listExpenses(dependencies, {
        ...{ ...path, userId: principal.userId, search, category, currency, memberId, from, to },
        ...{ deleted, limit, cursor },
      });
      return reply('listExpenses', { status: 200, body: { ...page, items: page.items.map(briefBody) } });
    },
    createExpense: async ({ path, body }, { tx, id, principal }) => {
      const command = { ...path, userId: principal.userId, id: id('expense'), ...written(body) };
      const expense = await createExpense({ tx, clock }, command);
      return reply('createExpense', {
        status: 201,
        headers: {
          ...{ Location: `/api/v1/teams/${expense.teamId}/expenses/${expense.id}`, ETag: etagOf(expense.version) },
        },
        body: expenseBody(expense),
      });
    },
    getExpense: async ({ path }, { principal }) =>
      reply('getExpense', answerOf(await getExpense(primary, { ...path, userId: principal.userId }))),
    updateExpense: async ({ path, headers, body }, { principal }) => {
      const command = { ...path, userId: principal.userId, ifMatch: headers['If-Match'], ...written(body) };
      return reply('updateExpense', answerOf(await primary.transaction((tx) => updateExpense({ tx, clock }, command))));
    },
    deleteExpense: async ({ path, headers }, { principal }) => {
      await deleteExpense(dependencies, { ...path, userId: principal.userId, ifMatch: headers['If-Match'] });
      return reply('deleteExpense', { status: 204 });
    },
    restoreExpense: async ({ path }, { tx, principal }) =>
      reply('restoreExpense', answerOf(await restoreExpense({ tx, clock }, { ...path, userId: principal.userId }))),
  };
}

function written(body: Schema<'ExpenseWrite'>): ExpenseWords & ExpenseMoney {
  const { description, category = null, spentOn, notes = null, attachmentUrl = null, amount, currency } = body;
  const { payers, split } = body;
  return { description, category, spentOn, notes, attachmentUrl, amount, currency, terms: { payers, split } };
}

function answerOf(expense: Expense) {
  return { status: 200, headers: { ETag: etagOf(expense.version) }, body: expenseBody(expense) } as const;
}

function expenseBody(expense: Expense): Schema<'Expense'> {
  const { id, teamId, terms, legs, currency, notes, attachmentUrl, updatedAt } = expense;
  return {
    ...{ id, teamId, ...commonBody(expense) },
    ...(notes === null ? {} : { notes }),
    ...(attachmentUrl === null ? {} : { attachmentUrl }),
    payers: terms.payers.map(({ memberId, amount }) => ({ memberId, amount })),
    split: splitBody(terms.split),
    shares: legs.map(({ memberId, paid, owed }) => ({
      ...{ memberId, paid: moneyText({ amount: paid, currency }), owed: moneyText({ amount: owed, currency }) },
    })),
    updatedAt: updatedAt.toISOString(),
  };
}

function commonBody(expense: Omit<ExpenseBrief, 'paid' | 'owed' | 'sortKey'>) {
  const { description, amount, currency, category, spentOn, createdBy, createdAt } = expense;
  return {
    ...{ description, amount: moneyText({ amount, currency }), currency, spentOn },
    ...(category === null ? {} : { category }),
    ...{ createdBy, createdAt: createdAt.toISOString() },
  };
}

function briefBody(expense: ExpenseBrief): Schema<'ExpenseBrief'> {
  const { id, currency, paid, owed } = expense;
  const own = { paid: moneyText({ amount: paid, currency }), owed: moneyText({ amount: owed, currency }) };
  return { id, ...commonBody(expense), ...own };
}

/** As it was sent: the schema's arrays are mutable, ours are not. */
export function splitBody(split: SplitTerms): Schema<'ExpenseSplit'> {
  return structuredClone(split) as Schema<'ExpenseSplit'>;
}
