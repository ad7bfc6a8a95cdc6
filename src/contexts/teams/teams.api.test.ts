import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { newId } from '../../shared/id.ts';
import { succeed } from '../../testing/api-caller.ts';
import { createTeamsApi } from './teams-api.fixture.ts';
import type { TeamsApi } from './teams-api.fixture.ts';

let api: TeamsApi;
beforeAll(async () => {
  api = await createTeamsApi();
});
afterAll(() => api.close());

it('from dinner to a settled team', async () => {
  const { call, callAsViewer, path, team, sara, omid } = api;
  const spent = await succeed(call<Schema<'Expense'>>('POST', `${path}/expenses`, api.dinner()));
  expect(spent.shares).toContainEqual({ memberId: omid, paid: '0.00', owed: '0.50' });
  const { balances } = await succeed(callAsViewer<Schema<'TeamBalances'>>('GET', `${path}/balances`));
  expect(balances).toContainEqual({ memberId: sara, currency: 'EUR', net: '0.50' });
  const { debts } = await succeed(call<Schema<'TeamDebts'>>('GET', `${path}/debts`));
  expect(debts).toEqual([{ debtorId: omid, creditorId: sara, currency: 'EUR', amount: '0.50' }]);
  const own = await succeed(call<Schema<'OwnTeamBalances'>>('GET', '/api/v1/team-balances'));
  expect(own.balances).toEqual([{ teamId: team.id, teamName: 'Trip', memberId: sara, currency: 'EUR', net: '0.50' }]);
  const { plans } = await succeed(call<Schema<'SettleUpPlan'>>('GET', `${path}/settle-up-plan`));
  const transfer = { payerId: omid, receiverId: sara, amount: '0.50' };
  expect(plans).toEqual([{ currency: 'EUR', method: 'exact', transferCount: 1, transfers: [transfer] }]);
  await succeed(call('POST', `${path}/settlements`, { ...transfer, currency: 'EUR', paidOn: '2026-11-21' }));
  expect(await succeed(call('GET', `${path}/balances`))).toEqual({ balances: [] });
  expect(await succeed(call('GET', `${path}/history?subjectId=${spent.id}`))).toMatchObject({
    items: [{ action: 'expense-created', actorId: sara }],
  });
});

it('viewers read and write nothing', async () => {
  const { call, callAsViewer, path, sara, omid } = api;
  const { id } = await succeed(call<Schema<'Expense'>>('POST', `${path}/expenses`, api.dinner()));
  const payment = { payerId: omid, receiverId: sara, amount: '1.00', currency: 'EUR', paidOn: '2026-11-21' };
  const recorded = await succeed(call<Schema<'Settlement'>>('POST', `${path}/settlements`, payment));
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
    ['POST', `${path}/expenses`, api.dinner()],
    ['PUT', `${path}/expenses/${id}`, api.dinner(), any],
    ['DELETE', `${path}/expenses/${id}`, undefined, any],
    ['POST', `${path}/expenses/${id}/restore`],
    ['POST', `${path}/settlements`, payment],
    ['POST', `${path}/settlements/${recorded.id}/confirm`],
    ['POST', `${path}/settlements/${recorded.id}/void`],
  ];
  for (const [method, url, body, headers] of writes) {
    const { status, body: problem } = await callAsViewer<{ code: string }>(method, url, body, headers);
    expect([method, url, status, problem.code]).toEqual([method, url, 403, 'team-role-insufficient']);
  }
});
