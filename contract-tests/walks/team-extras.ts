import { createCompany, createExpense, createTeam } from './teams.ts';
import type { MadeTeam } from './teams.ts';
import type { Person, World } from './world.ts';

/** What `createRecurringExpense` takes: nothing of it is due in these days. */
export function recurringBody(memberId: string) {
  return {
    ...{ description: 'Rent', amount: '900.00', currency: 'EUR', startsOn: '2999-01-31', unit: 'month', every: 1 },
    ...{ timeZone: 'Asia/Tehran', payers: [{ memberId, amount: '900.00' }] },
    split: { method: 'equal', memberIds: [memberId] },
  };
}

/** @param team default: a new one of this person's */
export async function createRecurringExpense(world: World, person: Person, team?: MadeTeam) {
  const { teamId, memberId } = team ?? (await createTeam(world, person));
  const path = `/api/v1/teams/${teamId}/recurring-expenses`;
  const { id } = await world.call<{ id: string }>(person, 'POST', path, { body: recurringBody(memberId) });
  return { teamId, recurringId: id };
}

/** What `recordConversion` takes. */
export function conversionBody(creditorId: string, debtorId: string, amount = '1.00') {
  return { creditorId, debtorId, amount, currency: 'EUR', convertedCurrency: 'USD' };
}

const fetched = new WeakSet<World>();

/** Has the sandbox asked for rates, once per world. */
export async function ratesOf(world: World): Promise<void> {
  if (fetched.has(world)) return;
  fetched.add(world);
  await world.call(world.staff, 'POST', '/api/v1/exchange-rate-fetches', { body: {} });
  await world.portico.runJobs();
}

/** A debt of somebody without an account to this person. @param teamId default: a new team's */
export async function recordConversion(world: World, person: Person, teamId?: string) {
  await ratesOf(world);
  const company = await createCompany(world, person, teamId);
  const path = `/api/v1/teams/${company.teamId}/conversions`;
  const body = conversionBody(company.memberId, company.otherId);
  const { id } = await world.call<{ id: string }>(person, 'POST', path, { body });
  return { teamId: company.teamId, conversionId: id };
}

/** @param on default: a new expense of this person's */
export async function createExpenseComment(
  world: World,
  person: Person,
  on?: { readonly teamId: string; readonly expenseId: string },
) {
  const { teamId, expenseId } = on ?? (await createExpense(world, person));
  const path = `/api/v1/teams/${teamId}/expenses/${expenseId}/comments`;
  const { id } = await world.call<{ id: string }>(person, 'POST', path, { body: { text: 'With the tip?' } });
  return { teamId, expenseId, commentId: id };
}
