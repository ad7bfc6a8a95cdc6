import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { newId } from '../../shared/id.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';

let portico: TestPortico;
let owner: string;
let viewer: string;
let team: Schema<'Team'>;
let path: string;
let omid: string;

beforeAll(async () => {
  portico = await startPortico();
  [owner, viewer] = [portico.tokenFor('user'), portico.tokenFor('user')];
  team = await json<Schema<'Team'>>(send('POST', '/api/v1/teams', { name: 'Trip', ownName: 'Sara' }));
  path = `/api/v1/teams/${team.id}`;
  const { members } = await json<Schema<'Team'>>(send('POST', `${path}/members`, { name: 'Omid' }));
  omid = members[1]?.id ?? '';
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
const expense = (changes: object = {}) => ({
  ...{ description: 'Dinner', amount: '1.00', currency: 'EUR', spentOn: '2026-11-20' },
  payers: [{ memberId: team.memberId, amount: '1.00' }],
  split: { method: 'equal', memberIds: [team.memberId, omid] },
  ...changes,
});

it('from dinner to a settled team', async () => {
  const spent = await json<Schema<'Expense'>>(send('POST', `${path}/expenses`, expense()));
  expect(spent.shares).toContainEqual({ memberId: omid, paid: '0.00', owed: '0.50' });
  const { balances } = await json<Schema<'TeamBalances'>>(send('GET', `${path}/balances`, undefined, viewer));
  expect(balances).toContainEqual({ memberId: team.memberId, currency: 'EUR', net: '0.50' });
  const { debts } = await json<Schema<'TeamDebts'>>(send('GET', `${path}/debts`));
  expect(debts).toEqual([{ debtorId: omid, creditorId: team.memberId, currency: 'EUR', amount: '0.50' }]);
  const own = await json<Schema<'OwnTeamBalances'>>(send('GET', '/api/v1/team-balances'));
  expect(own.balances).toEqual([
    { teamId: team.id, teamName: 'Trip', memberId: team.memberId, currency: 'EUR', net: '0.50' },
  ]);
  const { plans } = await json<Schema<'SettleUpPlan'>>(send('GET', `${path}/settle-up-plan`));
  const transfer = { payerId: omid, receiverId: team.memberId, amount: '0.50' };
  expect(plans).toEqual([{ currency: 'EUR', method: 'exact', transferCount: 1, transfers: [transfer] }]);
  await json(send('POST', `${path}/settlements`, { ...transfer, currency: 'EUR', paidOn: '2026-11-21' }));
  expect(await json(send('GET', `${path}/balances`))).toEqual({ balances: [] });
  expect(await json(send('GET', `${path}/history?subjectId=${spent.id}`))).toMatchObject({
    items: [{ action: 'expense-created', actorId: team.memberId }],
  });
});

it('what does not sum is told with the difference', async () => {
  const shares = [team.memberId, omid].map((memberId) => ({ memberId, amount: '0.33' }));
  const answer = await send('POST', `${path}/expenses`, expense({ split: { method: 'exact', shares } }));
  expect([answer.status, await answer.json()]).toEqual([
    409,
    expect.objectContaining({ code: 'shares-unbalanced', difference: '0.34' }),
  ]);
  const negative = await send('POST', `${path}/expenses`, expense({ amount: '-1.00' }));
  expect([negative.status, await negative.json()]).toEqual([
    400,
    expect.objectContaining({ errors: [expect.objectContaining({ pointer: '/amount' })] }),
  ]);
});

it('viewers read and write nothing', async () => {
  const { id } = await json<Schema<'Expense'>>(send('POST', `${path}/expenses`, expense()));
  const payment = { payerId: omid, receiverId: team.memberId, amount: '1.00', currency: 'EUR', paidOn: '2026-11-21' };
  const recorded = await json<Schema<'Settlement'>>(send('POST', `${path}/settlements`, payment));
  const any = { 'if-match': '*' };
  const patch = { ...any, 'content-type': 'application/merge-patch+json' };
  const writes: readonly (readonly [string, string, (object | undefined)?, Record<string, string>?])[] = [
    ['PATCH', path, { name: 'Mine' }, patch],
    ['POST', `${path}/members`, { name: 'x' }],
    ['PATCH', `${path}/members/${omid}`, { name: 'x' }, patch],
    ['DELETE', `${path}/members/${omid}`],
    ['GET', `${path}/invitations`],
    ['POST', `${path}/invitations`, { role: 'owner' }],
    ['GET', `${path}/invitations/${newId()}`],
    ['DELETE', `${path}/invitations/${newId()}`],
    ['POST', `${path}/expenses`, expense()],
    ['PUT', `${path}/expenses/${id}`, expense(), any],
    ['DELETE', `${path}/expenses/${id}`, undefined, any],
    ['POST', `${path}/expenses/${id}/restore`],
    ['POST', `${path}/settlements`, payment],
    ['POST', `${path}/settlements/${recorded.id}/confirm`],
    ['POST', `${path}/settlements/${recorded.id}/void`],
  ];
  for (const [method, url, body, headers] of writes) {
    const answer = await send(method, url, body, viewer, headers);
    const { code } = (await answer.json()) as { code: string };
    expect([method, url, answer.status, code]).toEqual([method, url, 403, 'team-role-insufficient']);
  }
});
