import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';
import { writeRecurringExpensesJob } from './jobs.ts';

let now = new Date('2026-11-21T12:00:00Z');
let portico: TestPortico;
let owner: string;
let viewer: string;
let team: Schema<'Team'>;
let path: string;
let omid: string;

beforeAll(async () => {
  portico = await startPortico({ clock: { now: () => now } });
  // Of the real clock, which ends streams with the token; a timer takes 24 days at most.
  const expiresAt = new Date(Date.now() + 20 * 86_400_000);
  [owner, viewer] = [portico.tokenFor({ expiresAt }), portico.tokenFor({ expiresAt })];
  const staff = portico.tokenFor({ role: 'staff', expiresAt });
  await send('POST', '/api/v1/exchange-rate-fetches', {}, staff);
  await portico.runJobs();
  team = await json<Schema<'Team'>>(send('POST', '/api/v1/teams', { name: 'Trip', ownName: 'Sara' }));
  path = `/api/v1/teams/${team.id}`;
  const { members } = await json<Schema<'Team'>>(send('POST', `${path}/members`, { name: 'Omid' }));
  omid = members.find(({ name }) => name === 'Omid')?.id ?? '';
  const invited = await json<Schema<'TeamInvitation'>>(send('POST', `${path}/invitations`, { role: 'viewer' }));
  await json(send('POST', '/api/v1/team-invitations/claim', { token: invited.token, ownName: 'Nima' }, viewer));
});
afterAll(() => portico.close());

const send = (method: string, url: string, body?: object, token = owner, headers: Record<string, string> = {}) =>
  portico.request(method, url, { token, headers, ...(body === undefined ? {} : { body }) });
const json = async <Body>(answer: Promise<Response>): Promise<Body> => {
  const response = await answer;
  expect(response.status).toBeLessThan(300);
  return (await response.json()) as Body;
};
const terms = () => ({
  payers: [{ memberId: team.memberId, amount: '10.00' }],
  split: { method: 'equal', memberIds: [team.memberId, omid] },
});
const dinner = () => ({
  ...{ description: 'Dinner', category: 'food', amount: '10.00', currency: 'EUR', spentOn: '2026-11-20', ...terms() },
});
const rent = () => {
  const { spentOn: _, ...rest } = dinner();
  return { ...rest, description: 'Rent', startsOn: '2026-11-21', unit: 'week', every: 1, timeZone: 'Asia/Tehran' };
};
const debt = () => ({
  ...{ debtorId: omid, creditorId: team.memberId, amount: '5.00', currency: 'EUR', convertedCurrency: 'USD' },
});
const balances = async () =>
  (await json<Schema<'TeamBalances'>>(send('GET', `${path}/balances`))).balances.map(
    ({ memberId, currency, net }) => `${memberId === omid ? 'omid' : 'sara'} ${net} ${currency}`,
  );

it('moves a debt into another currency at the stored rate, and back', async () => {
  const expense = await json<Schema<'Expense'>>(send('POST', `${path}/expenses`, dinner()));
  const conversion = await json<Schema<'TeamConversion'>>(send('POST', `${path}/conversions`, debt()));
  expect(conversion).toMatchObject({
    ...{ amount: '5.00', state: 'counted', rateProvider: 'sandbox', rateBase: 'EUR', rateDate: '2026-11-20' },
    ...{ rateStale: false, rounding: 'half-even' },
  });
  const { convertedAmount } = conversion;
  expect((await balances()).sort()).toEqual([`omid -${convertedAmount} USD`, `sara ${convertedAmount} USD`]);
  await json(send('POST', `${path}/conversions/${conversion.id}/void`));
  expect((await balances()).sort()).toEqual(['omid -5.00 EUR', 'sara 5.00 EUR']);
  const refused = await send('POST', `${path}/conversions`, { ...debt(), rateDate: '2019-01-01' });
  expect(await refused.json()).toMatchObject({ status: 409, code: 'rate-unavailable' });
  const comments = `${path}/expenses/${expense.id}/comments`;
  const comment = await json<Schema<'ExpenseComment'>>(send('POST', comments, { text: 'With the tip?' }));
  expect(await json(send('GET', comments, undefined, viewer))).toEqual({ items: [comment], nextCursor: null });
});

it('writes what comes again, when its day has come', async () => {
  const made = await json<Schema<'RecurringExpense'>>(send('POST', `${path}/recurring-expenses`, rent()));
  expect(made).toMatchObject({ state: 'active', nextOn: '2026-11-21' });
  now = new Date('2026-11-27T20:31:00Z');
  await portico.database.transaction((tx) => enqueue(tx, writeRecurringExpensesJob, {}));
  await portico.runJobs();
  const { items } = await json<Schema<'ExpensePage'>>(send('GET', `${path}/expenses?search=rent`));
  expect(items.map(({ spentOn }) => spentOn)).toEqual(['2026-11-28', '2026-11-21']);
});

it('sums up what was spent and means to be', async () => {
  const budgets = { budgets: [{ category: 'food', currency: 'EUR', amount: '40.00', thresholds: [50] }] };
  const changed = await send('PUT', `${path}/budgets`, budgets, owner, { 'if-match': '"0"' });
  expect(changed.headers.get('etag')).toBe('"1"');
  expect(await changed.json()).toEqual(budgets);
  expect(await json(send('GET', `${path}/spending?by=member`))).toMatchObject({
    by: 'member',
    budgets: [{ category: 'food', amount: '40.00', spent: '30.00', percentSpent: 75 }],
    spending: expect.arrayContaining([{ key: omid, currency: 'EUR', amount: '15.00', paid: '0.00', expenses: 3 }]),
  });
});

it('goes out as a file, and into another team', async () => {
  const file = await send('GET', `${path}/expense-export`);
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="expenses.csv"');
  expect(file.headers.get('content-type')).toMatch(/^text\/csv/);
  const csv = await file.text();
  const other = await json<Schema<'Team'>>(send('POST', '/api/v1/teams', { name: 'Copy', ownName: 'Sara' }));
  const into = `/api/v1/teams/${other.id}/expense-import`;
  const faulty = await send('POST', into, { format: 'portico', csv });
  expect(await faulty.json()).toMatchObject({ status: 409, code: 'import-faulty' });
  await json(send('POST', `/api/v1/teams/${other.id}/members`, { name: 'Omid' }));
  const took = await json(send('POST', into, { format: 'portico', csv }));
  expect(took).toEqual({ dryRun: false, entries: 3, added: 3, faultCount: 0, faults: [] });
  expect(await json(send('POST', into, { format: 'portico', csv }))).toMatchObject({ entries: 3, added: 0 });
});

it('lets viewers read and write nothing', async () => {
  const writes: [string, string, object][] = [
    ['POST', 'conversions', debt()],
    ['POST', 'recurring-expenses', rent()],
    ['PUT', 'budgets', { budgets: [] }],
    ['POST', 'expense-import', { format: 'portico', csv: '' }],
  ];
  for (const [method, what, body] of writes) {
    const answer = await send(method, `${path}/${what}`, body, viewer, method === 'PUT' ? { 'if-match': '*' } : {});
    expect([what, answer.status]).toEqual([what, 403]);
  }
  for (const what of ['conversions', 'recurring-expenses', 'budgets', 'spending', 'expense-export']) {
    expect([what, (await send('GET', `${path}/${what}`, undefined, viewer)).status]).toEqual([what, 200]);
  }
});

it('reminds whoever asks for it', async () => {
  expect(await json(send('GET', '/api/v1/team-digest'))).toEqual({ weekly: false });
  await json(send('PUT', '/api/v1/team-digest', { weekly: true }));
  expect(await json(send('GET', '/api/v1/team-digest'))).toEqual({ weekly: true });
});
