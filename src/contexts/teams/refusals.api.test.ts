/** What nobody can mean is refused by name, and leaves nothing behind. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { newId } from '../../shared/id.ts';
import { createTeamsApi } from './teams-api.fixture.ts';
import type { TeamsApi } from './teams-api.fixture.ts';

let api: TeamsApi;
let before: unknown;
beforeAll(async () => {
  api = await createTeamsApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  before = await counts();
});

/** Rows that a write would leave. */
async function counts(): Promise<unknown> {
  const rows = await api.portico.database.query({
    name: '',
    text: `select (select count(*) from teams.entries) as entries, (select count(*) from teams.legs) as legs,
      (select count(*) from teams.balances) as balances, (select count(*) from teams.debts) as debts,
      (select count(*) from teams.recurring_expenses) as recurring, (select count(*) from teams.notices) as notices,
      (select count(*) from teams.history) as history`,
  });
  return rows;
}

const shares = (...amounts: string[]) => ({
  split: { method: 'exact', shares: amounts.map((amount, at) => ({ memberId: [api.sara, api.omid][at], amount })) },
});
const percentages = (...percents: string[]) => ({
  split: {
    method: 'percentage',
    shares: percents.map((percent, at) => ({ memberId: [api.sara, api.omid][at], percent })),
  },
});
const ids = (n: number) => Array.from({ length: n }, () => newId());
const items = (n: number, members: number) =>
  Array.from({ length: n }, () => ({ name: 'Plate', amount: '1.00', memberIds: ids(members) }));
const equal = (memberIds: readonly string[]) => ({ split: { method: 'equal', memberIds } });

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly difference?: string;
  readonly pointer?: string;
}
const cases: readonly [string, () => Schema<'ExpenseWrite'>, Refusal][] = [
  [
    'shares that do not sum',
    () => api.dinner('1.00', shares('0.33', '0.33')),
    { status: 409, code: 'shares-unbalanced', difference: '0.34', pointer: '/split' },
  ],
  [
    'payers who paid too much',
    () => api.dinner('1.00', { payers: [{ memberId: api.sara, amount: '1.01' }] }),
    { status: 409, code: 'payers-unbalanced', difference: '-0.01', pointer: '/payers' },
  ],
  [
    'percentages that are not 100',
    () => api.dinner('1.00', percentages('50', '49.99')),
    { status: 409, code: 'percentages-unbalanced', difference: '0.0100', pointer: '/split' },
  ],
  [
    'a sharer from elsewhere',
    () => api.dinner('1.00', equal([api.sara, newId()])),
    { status: 409, code: 'member-unknown' },
  ],
  [
    'a payer from elsewhere',
    () => api.dinner('1.00', { payers: [{ memberId: newId(), amount: '1.00' }] }),
    { status: 409, code: 'member-unknown' },
  ],
  ['a negative amount', () => api.dinner('-1.00'), { status: 400, code: 'validation-failed', pointer: '/amount' }],
  ['nothing', () => api.dinner('0.00'), { status: 409, code: 'amount-not-positive', pointer: '/amount' }],
  [
    'a currency that nobody has',
    () => api.dinner('1.00', { currency: 'XQQ' }),
    { status: 409, code: 'currency-unknown', pointer: '/currency' },
  ],
  [
    'yen with decimals',
    () => api.dinner('1.50', { currency: 'JPY' }),
    { status: 409, code: 'amount-unfit', pointer: '/amount' },
  ],
  ['a third of a cent', () => api.dinner('1.001', {}), { status: 409, code: 'amount-unfit', pointer: '/amount' }],
  [
    'one more participant than there may be',
    () => api.dinner('10.00', equal(ids(201))),
    { status: 400, code: 'validation-failed' },
  ],
  ['10,000 participants', () => api.dinner('10.00', equal(ids(10_000))), { status: 400, code: 'validation-failed' }],
  [
    'too many participants, item by item',
    () => api.dinner('5.00', { split: { method: 'itemised', items: items(5, 50) } }),
    { status: 409, code: 'too-many-participants', pointer: '/split' },
  ],
  [
    'somebody twice',
    () => api.dinner('1.00', equal([api.sara, api.sara])),
    { status: 409, code: 'member-twice', pointer: '/split' },
  ],
];

it.each(cases)('%s', async (_, body, { pointer, ...refusal }) => {
  const answer = await api.call<{ errors?: { pointer: string }[] }>('POST', `${api.path}/expenses`, body());
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: refusal.status, body: refusal });
  if (pointer !== undefined) expect(answer.body.errors?.map((error) => error.pointer)).toContain(pointer);
  expect(await counts()).toEqual(before);
});
