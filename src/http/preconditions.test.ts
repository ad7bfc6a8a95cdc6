import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { good } from '../../contract-tests/walks/answers.ts';
import * as shop from '../../contract-tests/walks/catalog.ts';
import {
  createCoupon,
  placeOrder,
  quantity,
  shippingMethod,
  writeShippingMethod,
} from '../../contract-tests/walks/orders.ts';
import { demoAccounts } from '../contexts/identity/index.ts';
import { routes } from '../contract/generated/routes.ts';
import { startPortico } from '../testing/portico.ts';
import type { TestPortico } from '../testing/portico.ts';

let portico: TestPortico;
let userId: string;
/** Somebody who may go. */
let goingId: string;
let clientId: string;
/** A template whose draft is published, and the draft. */
let changed: string;
let versionId: string;
/** A draft that is edited, one that is thrown away, and a template that goes. */
let edited: string;
let goingDraft: string;
let goingTemplate: string;
let rewardId: string;
/** One person all along: teams are their owner's alone. */
let admin: string;
/** A team of the admin's, and its only member. */
let teamId: string;
let memberId: string;
let expensePath: string;
let goingExpense: string;
/** Of the catalog: changed, and deleted. */
const sold: Record<'productType' | 'category' | 'product' | 'variant', [string, string]> = {
  ...{ productType: ['', ''], category: ['', ''], product: ['', ''], variant: ['', ''] },
};
/** Of the admin's: an order, a coupon, a way of shipping. */
let order: Awaited<ReturnType<typeof placeOrder>>;
let couponId: string;
let shippingCode: string;
let recurringPath: string;
let goingRecurring: string;

beforeAll(async () => {
  portico = await startPortico();
  admin = portico.tokenFor('admin');
  const { database, identity } = portico.portico;
  await database.transaction((tx) => identity.seedDemo(tx, { people: 0 }));
  [userId, goingId] = [await idOf('user'), await idOf('staff')];
  const body = { name: 'Reporting', scopes: ['campaigns:read'], secretDays: 1 };
  const client = await portico.request('POST', '/api/v1/clients', { token: portico.tokenFor('admin'), body });
  clientId = ((await client.json()) as { id: string }).id;
  [changed, versionId] = await template('changed');
  [goingTemplate] = await template('going');
  [, edited] = await template('edited');
  [, goingDraft] = await template('drafted');
  const offer = { name: 'Ticket', description: 'One of them.', cost: 1, stock: null };
  const reward = await portico.request('POST', '/api/v1/rewards', { token: portico.tokenFor('admin'), body: offer });
  rewardId = ((await reward.json()) as { id: string }).id;
  const team = { name: 'Summer trip', ownName: 'Omid' };
  const teamAnswer = await portico.request('POST', '/api/v1/teams', { token: admin, body: team });
  ({ id: teamId, memberId } = (await teamAnswer.json()) as { id: string; memberId: string });
  const expenses = `/api/v1/teams/${teamId}/expenses`;
  const spend = async () => {
    const answer = await portico.request('POST', expenses, { token: admin, body: expense() });
    return answer.headers.get('location') ?? '';
  };
  [expensePath, goingExpense] = [await spend(), await spend()];
  const staff = { userId: '', sessionId: '', token: portico.tokenFor('admin') };
  const maker: Parameters<typeof shop.createProduct>[0] = {
    staff,
    call: async (person, method, path, init) =>
      good(await portico.request(method, path, { token: person.token, ...init })),
  };
  sold.productType = [await shop.createProductType(maker), ''];
  sold.category = [await shop.createCategory(maker), await shop.createCategory(maker)];
  sold.product = [await shop.createProduct(maker), await shop.createProduct(maker)];
  sold.variant = [await shop.createVariant(maker), await shop.createVariant(maker)];
  order = await placeOrder(maker, staff);
  [couponId, shippingCode] = [await createCoupon(maker), await writeShippingMethod(maker)];
  const again = async () => {
    const url = `/api/v1/teams/${teamId}/recurring-expenses`;
    return (await portico.request('POST', url, { token: admin, body: recurring() })).headers.get('location') ?? '';
  };
  [recurringPath, goingRecurring] = [await again(), await again()];
});

afterAll(() => portico.close());

function recurring() {
  const { spentOn: startsOn, ...rest } = expense();
  return { ...rest, startsOn, unit: 'month', every: 1, timeZone: 'UTC' };
}

function expense() {
  return {
    ...{ description: 'Dinner', amount: '10.00', currency: 'EUR', spentOn: '2026-11-20' },
    ...{ payers: [{ memberId, amount: '10.00' }], split: { method: 'equal', memberIds: [memberId] } },
  };
}

async function template(key: string): Promise<[templateId: string, versionId: string]> {
  const token = portico.tokenFor('admin');
  const create = async (path: string, body: unknown): Promise<string> => {
    const answer = await portico.request('POST', path, { token, body });
    return ((await answer.json()) as { id: string }).id;
  };
  const kind = { key, channel: 'sms', category: 'rewards', description: '' };
  const id = await create('/api/v1/message-templates', kind);
  const source = { defaultLocale: 'en', variables: [], contents: [{ locale: 'en', text: 'Hello.' }] };
  return [id, await create(`/api/v1/message-templates/${id}/versions`, source)];
}

async function idOf(wanted: string): Promise<string> {
  const account = demoAccounts.find(({ role }) => role === wanted);
  const token = await portico.logIn(account?.email ?? '', account?.password ?? '');
  const me = (await (await portico.request('GET', '/api/v1/auth/me', { token })).json()) as { user: { id: string } };
  return me.user.id;
}

/** A valid change and where it goes, for each operation that demands If-Match. A new one without an entry fails here. */
const changes: Readonly<Record<string, () => { readonly path: string; readonly body: unknown }>> = {
  updateUserRoles: () => ({ path: `/api/v1/users/${userId}/roles`, body: { roles: ['user', 'staff'] } }),
  updateUserLock: () => ({ path: `/api/v1/users/${userId}/lock`, body: { reason: 'a test' } }),
  updateClient: () => ({ path: `/api/v1/clients/${clientId}`, body: { disabled: true } }),
  updateNotificationPreferences: () => ({
    path: '/api/v1/notification-preferences',
    body: { locale: 'fa', timeZone: null, choices: [] },
  }),
  updateMessageTemplate: () => ({ path: `/api/v1/message-templates/${changed}`, body: { archived: true } }),
  publishMessageTemplate: () => ({ path: `/api/v1/message-templates/${changed}/publish`, body: { versionId } }),
  updateTemplateVersion: () => ({
    path: `/api/v1/template-versions/${edited}`,
    body: { defaultLocale: 'en', variables: [], contents: [{ locale: 'en', text: 'Hello again.' }] },
  }),
  deleteTemplateVersion: () => ({ path: `/api/v1/template-versions/${goingDraft}`, body: undefined }),
  deleteMessageTemplate: () => ({ path: `/api/v1/message-templates/${goingTemplate}`, body: undefined }),
  updateTeam: () => ({ path: `/api/v1/teams/${teamId}`, body: { name: 'Autumn trip' } }),
  updateTeamMember: () => ({ path: `/api/v1/teams/${teamId}/members/${memberId}`, body: { name: 'Sara' } }),
  updateRecurringExpense: () => ({ path: recurringPath, body: { ...recurring(), description: 'Rent and heating' } }),
  deleteRecurringExpense: () => ({ path: goingRecurring, body: undefined }),
  updateTeamBudgets: () => ({
    path: `/api/v1/teams/${teamId}/budgets`,
    body: { budgets: [{ currency: 'EUR', amount: '10.00', thresholds: [] }] },
  }),
  updateExpense: () => ({ path: expensePath, body: { ...expense(), description: 'Supper' } }),
  deleteExpense: () => ({ path: goingExpense, body: undefined }),
  updateProductType: () => ({ path: `/api/v1/product-types/${sold.productType[0]}`, body: { name: 'Other' } }),
  updateFlag: () => ({ path: '/api/v1/flags/search-typo-tolerance', body: { rollout: 9_999 } }),
  deleteFlag: () => ({ path: '/api/v1/flags/addresses-locate', body: undefined }),
  updateCategory: () => ({ path: `/api/v1/categories/${sold.category[0]}`, body: { position: 7 } }),
  deleteCategory: () => ({ path: `/api/v1/categories/${sold.category[1]}`, body: undefined }),
  updateProduct: () => ({ path: `/api/v1/products/${sold.product[0]}`, body: { taxClass: 'zero' } }),
  deleteProduct: () => ({ path: `/api/v1/products/${sold.product[1]}`, body: undefined }),
  updateVariant: () => ({ path: `/api/v1/variants/${sold.variant[0]}`, body: { lowStockAt: 7 } }),
  deleteVariant: () => ({ path: `/api/v1/variants/${sold.variant[1]}`, body: undefined }),
  updateCart: () => ({ path: '/api/v1/carts/EUR/web', body: quantity(sold.variant[0], 1) }),
  updateOrder: () => ({ path: `/api/v1/orders/${order.orderId}`, body: quantity(order.variantId, 1) }),
  updateCoupon: () => ({ path: `/api/v1/coupons/${couponId}`, body: { maxUses: 7 } }),
  updateShippingMethod: () => ({ path: `/api/v1/shipping-methods/${shippingCode}`, body: shippingMethod('Other') }),
  updateReward: () => ({ path: `/api/v1/rewards/${rewardId}`, body: { retired: true } }),
  deleteUser: () => ({ path: `/api/v1/users/${goingId}`, body: undefined }),
  updateSandboxBehaviour: () => ({
    path: '/api/v1/sandbox/behaviours/sms',
    body: {
      failRate: 0,
      rejectRate: 0,
      loseAnswerRate: 0,
      sendDelayMilliseconds: 0,
      reportDelayMilliseconds: 0,
      loseReportRate: 0,
      undeliveredRate: 0.1,
    },
  }),
};

test.each(
  routes.filter(({ ifMatch }) => ifMatch === 'required').map(({ operationId, method }) => [operationId, method]),
)(
  '%s is 428 without If-Match, 412 with a stale one, and one of two parallel writers wins',
  async (operationId = '', method = '') => {
    const type = routes.find((route) => route.operationId === operationId)?.requestBody?.content[0]?.mediaType;
    const change = changes[operationId]?.();
    if (change === undefined) throw new Error(`${operationId} demands If-Match: add a change for it to this test.`);
    const token = admin;
    const write = async (ifMatch: string | null) => {
      const headers = {
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(ifMatch === null ? {} : { 'if-match': ifMatch }),
      };
      const answer = await portico.request(method, change.path, { token, headers, body: change.body });
      return { status: answer.status, etag: answer.headers.get('etag'), text: await answer.text() };
    };
    expect(await write(null)).toMatchObject({ status: 428 });
    expect(await write('"999999"')).toMatchObject({ status: 412 });
    const etag = (
      await portico.request('GET', change.path.replace(/\/(?:roles|lock|publish|members\/[^/]+)$/, ''), { token })
    ).headers.get('etag');
    const answers = await Promise.all([write(etag), write(etag)]);
    const outcomes = answers.map(({ status }) => status).sort();
    // Who deletes second finds nothing.
    expect(outcomes).toEqual(method === 'DELETE' ? [204, 404] : [200, 412]);
    const winner = answers.find(({ status }) => status < 300);
    expect(winner?.etag).not.toBe(etag);
  },
);
