import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import { createApiCaller, succeed } from '../../testing/api-caller.ts';
import { writeRecurringExpensesJob } from './jobs.ts';
import { createTeamsApi } from './teams-api.fixture.ts';
import type { TeamsApi } from './teams-api.fixture.ts';

let now = new Date('2026-11-21T12:00:00Z');
let api: TeamsApi;

beforeAll(async () => {
  api = await createTeamsApi({ now: () => now });
  const expiresAt = new Date('2999-01-01T00:00:00Z');
  const callAsStaff = createApiCaller(api.portico, api.portico.tokenFor({ role: 'staff', expiresAt }));
  await succeed(callAsStaff('POST', '/api/v1/exchange-rate-fetches', {}));
  await api.portico.runJobs();
});
afterAll(() => api.close());

const get = <Body>(what: string) => succeed(api.call<Body>('GET', `${api.path}/${what}`));
const post = <Body>(what: string, body?: object) => succeed(api.call<Body>('POST', `${api.path}/${what}`, body));
const dinner = () => api.dinner('10.00', { category: 'food' });
const rent = () => {
  const { spentOn: _, ...rest } = dinner();
  return { ...rest, description: 'Rent', startsOn: '2026-11-21', unit: 'week', every: 1, timeZone: 'Asia/Tehran' };
};
const debt = () => ({
  ...{ debtorId: api.omid, creditorId: api.sara, amount: '5.00', currency: 'EUR', convertedCurrency: 'USD' },
});
const exported = (token: string, format = 'csv') =>
  api.portico.request('GET', `${api.path}/expense-export?format=${format}`, { token });
const balances = async () =>
  (await get<Schema<'TeamBalances'>>('balances')).balances.map(
    ({ memberId, currency, net }) => `${memberId === api.omid ? 'omid' : 'sara'} ${net} ${currency}`,
  );

it('moves a debt into another currency at the stored rate, and back', async () => {
  const expense = await post<Schema<'Expense'>>('expenses', dinner());
  const conversion = await post<Schema<'TeamConversion'>>('conversions', debt());
  expect(conversion).toMatchObject({
    ...{ amount: '5.00', state: 'counted', rateProvider: 'sandbox', rateBase: 'EUR', rateDate: '2026-11-20' },
    ...{ rateStale: false, rounding: 'half-even' },
  });
  const { convertedAmount } = conversion;
  expect((await balances()).sort()).toEqual([`omid -${convertedAmount} USD`, `sara ${convertedAmount} USD`]);
  await post(`conversions/${conversion.id}/void`);
  expect((await balances()).sort()).toEqual(['omid -5.00 EUR', 'sara 5.00 EUR']);
  const refused = await api.call('POST', `${api.path}/conversions`, { ...debt(), rateDate: '2019-01-01' });
  expect(refused.body).toMatchObject({ status: 409, code: 'rate-unavailable' });
  const comments = `expenses/${expense.id}/comments`;
  const comment = await post<Schema<'ExpenseComment'>>(comments, { text: 'With the tip?' });
  expect((await api.callAsViewer('GET', `${api.path}/${comments}`)).body).toEqual({
    items: [comment],
    nextCursor: null,
  });
});

it('writes what comes again, when its day has come', async () => {
  const made = await post<Schema<'RecurringExpense'>>('recurring-expenses', rent());
  expect(made).toMatchObject({ state: 'active', nextOn: '2026-11-21' });
  now = new Date('2026-11-27T20:31:00Z');
  await api.portico.database.transaction((tx) => enqueue(tx, writeRecurringExpensesJob, {}));
  await api.portico.runJobs();
  const { items } = await get<Schema<'ExpensePage'>>('expenses?search=rent');
  expect(items.map(({ spentOn }) => spentOn)).toEqual(['2026-11-28', '2026-11-21']);
});

it('sums up what was spent and means to be', async () => {
  const budgets = { budgets: [{ category: 'food', currency: 'EUR', amount: '40.00', thresholds: [50] }] };
  const changed = await api.call('PUT', `${api.path}/budgets`, budgets, { 'if-match': '"0"' });
  expect(changed).toEqual({ status: 200, etag: '"1"', body: budgets });
  expect(await get('spending?by=member')).toMatchObject({
    by: 'member',
    budgets: [{ category: 'food', amount: '40.00', spent: '30.00', percentSpent: 75 }],
    spending: expect.arrayContaining([{ key: api.omid, currency: 'EUR', amount: '15.00', paid: '0.00', expenses: 3 }]),
  });
});

it('goes out as a file, and into another team', async () => {
  const file = await exported(api.tokens.sara);
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="expenses.csv"');
  expect(file.headers.get('content-type')).toMatch(/^text\/csv/);
  const csv = await file.text();
  const document = await exported(api.tokens.sara, 'json');
  expect(document.headers.get('content-disposition')).toBe('attachment; filename="expenses.json"');
  expect(await document.json()).toHaveLength(3);
  const copy = { name: 'Copy', ownName: 'Sara' };
  const other = await succeed(api.call<Schema<'Team'>>('POST', '/api/v1/teams', copy));
  const take = () => api.call('POST', `/api/v1/teams/${other.id}/expense-import`, { format: 'portico', csv });
  expect((await take()).body).toMatchObject({ status: 409, code: 'import-faulty' });
  await succeed(api.call('POST', `/api/v1/teams/${other.id}/members`, { name: 'Omid' }));
  expect(await succeed(take())).toEqual({ dryRun: false, entries: 3, added: 3, faultCount: 0, faults: [] });
  expect(await succeed(take())).toMatchObject({ entries: 3, added: 0 });
});

it('lets viewers read and write nothing', async () => {
  const writes: [string, string, object][] = [
    ['POST', 'conversions', debt()],
    ['POST', 'recurring-expenses', rent()],
    ['PUT', 'budgets', { budgets: [] }],
    ['POST', 'expense-import', { format: 'portico', csv: '' }],
  ];
  for (const [method, what, body] of writes) {
    const headers: Record<string, string> = method === 'PUT' ? { 'if-match': '*' } : {};
    const { status } = await api.callAsViewer(method, `${api.path}/${what}`, body, headers);
    expect([what, status]).toEqual([what, 403]);
  }
  for (const what of ['conversions', 'recurring-expenses', 'budgets', 'spending']) {
    expect([what, (await api.callAsViewer('GET', `${api.path}/${what}`)).status]).toEqual([what, 200]);
  }
  expect((await exported(api.tokens.nima)).status).toBe(200);
});

it('reminds whoever asks for it', async () => {
  const { call } = api;
  expect(await succeed(call('GET', '/api/v1/team-digest'))).toEqual({ weekly: false });
  await succeed(call('PUT', '/api/v1/team-digest', { weekly: true }));
  expect(await succeed(call('GET', '/api/v1/team-digest'))).toEqual({ weekly: true });
});

it('tells nobody of new expenses who has switched it off', async () => {
  expect(await get('notices')).toEqual({ newExpenses: true });
  const { status, body } = await api.callAsViewer('PUT', `${api.path}/notices`, { newExpenses: false });
  expect({ status, body }).toEqual({ status: 200, body: { newExpenses: false } });
  expect((await api.callAsViewer('GET', `${api.path}/notices`)).body).toEqual({ newExpenses: false });
  expect(await get('notices')).toEqual({ newExpenses: true });
});
