/** Walks every operation that changes what is not the caller's own: its effect and its audit entry are one. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../src/contract/generated/routes.ts';
import type { Traits } from '../src/contract/generated/traits.ts';
import type { OperationId } from '../src/contract/handlers.ts';
import { scopesOf } from '../src/contexts/identity/role.ts';
import { newId } from '../src/shared/id.ts';
import * as shop from './walks/catalog.ts';
import { createQuarantinedRate } from './walks/exchange-rates.ts';
import * as flags from './walks/flags.ts';
import * as pay from './walks/payments.ts';
import { auditedOrders } from './walks/order-cases.ts';
import { pathOf, routeOf } from './walks/routes.ts';
import { createWorld, nextSource, notification, templateSource } from './walks/world.ts';
import type { World } from './walks/world.ts';

type Audited = { [O in OperationId]: Traits[O]['audited'] extends true ? O : never }[OperationId];

/** A request that succeeds. */
interface AuditCase {
  readonly path?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const any = { headers: { 'if-match': '*' } };
const merge = { headers: { 'if-match': '*', 'content-type': 'application/merge-patch+json' } };
const imports = async (world: World): Promise<AuditCase> => {
  const importId = await world.upload(await world.createCampaign(), ['09350000001']);
  await world.call(world.staff, 'POST', `/api/v1/bonus-imports/${importId}/cancel`);
  return { path: { importId } };
};
const someone = async (world: World): Promise<AuditCase> => {
  const { userId } = await world.logIn(await world.createAccount());
  return { ...any, path: { userId } };
};

const notificationCampaign = async (world: World): Promise<AuditCase> => ({
  path: { notificationCampaignId: await world.createNotificationCampaign() },
});

const audited: Readonly<Record<Audited, (world: World) => Promise<AuditCase>>> = {
  updateUserRoles: async (world) => ({ ...(await someone(world)), body: { roles: ['staff'] } }),
  updateUserLock: async (world) => ({ ...(await someone(world)), body: { reason: 'a walk' } }),
  deleteUserSessions: someone,
  deleteUser: someone,
  updateSandboxBehaviour: async () => ({
    ...any,
    path: { channel: 'email' },
    body: {
      ...{ failRate: 0, rejectRate: 0, loseAnswerRate: 0, undeliveredRate: 0, loseReportRate: 0 },
      ...{ sendDelayMilliseconds: 0, reportDelayMilliseconds: 7 },
    },
  }),
  createClient: async () => ({ body: { name: 'Audited', scopes: ['campaigns:read'], secretDays: 1 } }),
  updateClient: async (world) => ({
    headers: { 'if-match': '*', 'content-type': 'application/merge-patch+json' },
    path: { clientId: (await world.createClient()).id },
    body: { disabled: true },
  }),
  createClientSecret: async (world) => ({
    path: { clientId: (await world.createClient()).id },
    body: { secretDays: 1 },
  }),
  deleteClientSecret: async (world) => {
    const { id: clientId, secrets } = await world.createClient();
    return { path: { clientId, secretId: secrets[0]?.id ?? '' } };
  },
  redriveDeadLetters: async () => ({ body: { limit: 1 } }),
  redriveDeadLetter: async (world) => ({ path: { deadLetterId: (await world.createDeadLetter())[0] ?? '' } }),
  cancelMessageGroup: async (world) => {
    const groupId = await world.upload(await world.createCampaign(), [world.phone]);
    await world.portico.runJobs();
    return { path: { groupId } };
  },
  createNotificationCampaign: async (world) => ({ body: await world.notificationCampaign() }),
  pauseNotificationCampaign: notificationCampaign,
  resumeNotificationCampaign: notificationCampaign,
  cancelNotificationCampaign: notificationCampaign,
  redriveMessage: async (world) => ({ path: { messageId: await world.createDeadMessage() } }),
  redriveMessages: async () => ({ body: { limit: 1 } }),
  createSuppression: async () => ({
    body: { channel: 'email', address: `${newId()}@walks.example`, category: 'all', reason: 'asked for it' },
  }),
  deleteSuppression: async (world) => ({ path: { suppressionId: await world.createSuppression() } }),
  sendNotification: async (world) => ({
    body: { templateKey: (await world.createTemplate(true)).key, ...notification },
  }),
  recordSandboxInboundMessage: async () => ({ body: { from: '+989350000001', text: 'STOP' } }),
  createMessageTemplate: async () => ({
    body: { key: `audit.k${newId()}`, channel: 'sms', category: 'rewards', description: '' },
  }),
  updateMessageTemplate: async (world) => ({
    headers: { 'if-match': '*', 'content-type': 'application/merge-patch+json' },
    path: { templateId: (await world.createTemplate()).templateId },
    body: { archived: true },
  }),
  deleteMessageTemplate: async (world) => ({
    ...any,
    path: { templateId: (await world.createTemplate()).templateId },
  }),
  publishMessageTemplate: async (world) => {
    const { templateId, versionId } = await world.createTemplate();
    return { ...any, path: { templateId }, body: { versionId } };
  },
  createTemplateVersion: async (world) => ({
    path: { templateId: (await world.createTemplate(true)).templateId },
    body: templateSource('Hello.'),
  }),
  updateTemplateVersion: async (world) => ({
    ...any,
    path: { versionId: (await world.createTemplate()).versionId },
    body: templateSource('Hello.'),
  }),
  deleteTemplateVersion: async (world) => ({
    ...any,
    path: { versionId: (await world.createTemplate()).versionId },
  }),
  ...auditedOrders,
  createProductType: async () => ({ body: shop.productType() }),
  updateProductType: async (world) => ({
    ...merge,
    path: { productTypeId: await shop.createProductType(world) },
    body: { name: 'Audited' },
  }),
  createFlag: async () => ({ body: flags.flag() }),
  updateFlag: async (world) => ({
    ...merge,
    path: { flagKey: await flags.createFlag(world) },
    body: { enabled: false },
  }),
  deleteFlag: async (world) => ({ ...any, path: { flagKey: await flags.createFlag(world) } }),
  createCategory: async () => ({ body: shop.category() }),
  updateCategory: async (world) => ({
    ...merge,
    path: { categoryId: await shop.createCategory(world) },
    body: { position: 7 },
  }),
  deleteCategory: async (world) => ({ ...any, path: { categoryId: await shop.createCategory(world) } }),
  createProduct: async (world) => ({ body: await shop.product(world) }),
  updateProduct: async (world) => ({
    ...merge,
    path: { productId: await shop.createProduct(world) },
    body: { taxClass: 'reduced' },
  }),
  deleteProduct: async (world) => ({ ...any, path: { productId: await shop.createProduct(world) } }),
  createVariant: async (world) => ({ path: { productId: await shop.createProduct(world) }, body: shop.variant() }),
  updateVariant: async (world) => ({
    ...merge,
    path: { variantId: await shop.createVariant(world) },
    body: { lowStockAt: 7 },
  }),
  deleteVariant: async (world) => ({ ...any, path: { variantId: await shop.createVariant(world) } }),
  createStockLocation: async () => ({ body: shop.stockLocation() }),
  recordStockAdjustment: async (world) => ({
    body: { ...(await shop.createStock(world)), delta: 1, reason: 'counted' },
  }),
  recordStockTransfer: async (world) => ({ body: await shop.stockTransfer(world) }),
  createBonusCampaign: async () => ({
    body: {
      ...{ name: 'Audited', coins: 50, periodPolicy: 'once', messageTemplate: 'You got {coins} coins.' },
      defaultRegion: 'IR',
    },
  }),
  createReward: async () => ({ body: { name: 'Audited', description: 'One of them.', cost: 1, stock: null } }),
  updateReward: async (world) => ({
    headers: { 'if-match': '*', 'content-type': 'application/merge-patch+json' },
    path: { rewardId: await world.createReward() },
    body: { retired: true },
  }),
  refundRedemption: async (world) => {
    await world.giveCoins(world.user);
    return { path: { redemptionId: await world.redeem(world.user) } };
  },
  cancelBonusImport: imports,
  resumeBonusImport: imports,
  capturePayment: async (world) => ({ path: { paymentId: await pay.paidPayment(world, 'manual') }, body: pay.capture }),
  redrivePaymentMessage: async (world) => ({ path: { paymentMessageId: await pay.paymentMessage(world) } }),
  requestPaymentReconciliation: async () => ({ body: pay.reconciledDay() }),
  voidPayment: async (world) => ({
    path: { paymentId: await pay.paidPayment(world, 'manual') },
    body: { reason: 'a walk' },
  }),
  refundPayment: async (world) => ({ path: { paymentId: await pay.paidPayment(world) }, body: pay.refund }),
  requestRateFetch: async () => ({ body: {} }),
  releaseQuarantinedRate: async (world) => ({ path: { rateId: await createQuarantinedRate(world) } }),
  requestBonusSourcePoll: async () => ({ path: { sourceName: nextSource() } }),
};

/** Writes their entry themselves, in their own transaction; each has a test in its context. */
const writesItsOwn: Readonly<Partial<Record<OperationId, string>>> = {
  createBonusImport: 'a streamed upload runs in its own transaction; see the case below',
  createProductImport: 'a streamed upload runs in its own transaction; see the case below',
};

/** Take a body, and change nothing. */
const onlyRead: ReadonlySet<OperationId> = new Set(['getTemplatePreview']);

interface Entry {
  readonly action: string;
  readonly operation: string;
  readonly actor: { readonly type: string; readonly id: string; readonly sessionId: string };
  readonly resource: { readonly type: string; readonly id?: string };
  readonly ip: string;
}

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world.close());

const entriesOf = async (answer: Response): Promise<readonly Entry[]> => {
  const path = `/api/v1/audit-entries?requestId=${answer.headers.get('x-request-id')}`;
  return (await world.call<{ items: Entry[] }>(world.admin, 'GET', path)).items;
};
const expectedOf = (operationId: OperationId) => ({
  operation: operationId,
  actor: { type: 'user', id: world.admin.userId, sessionId: world.admin.sessionId },
  ip: '127.0.0.1',
});

test('every operation has its case', () => {
  const declared = routes.filter(({ audit }) => audit !== null).map(({ operationId }) => operationId);
  expect(Object.keys(audited).toSorted()).toEqual(declared.toSorted());
});

test("whoever changes more than their own things does so in the audit log's sight", () => {
  const ownScopes = scopesOf(['user']);
  const changing = routes.filter(
    ({ method, scopes }) => method !== 'GET' && scopes !== null && !scopes.every((scope) => ownScopes.has(scope)),
  );
  const unseen = changing.filter(
    ({ audit, operationId }) =>
      audit === null && !(operationId in writesItsOwn) && !onlyRead.has(operationId as OperationId),
  );
  expect(unseen.map(({ operationId }) => operationId)).toEqual([]);
});

describe.each(Object.keys(audited) as Audited[])('%s', (operationId) => {
  const route = routeOf(operationId);
  const send = (request: AuditCase, token: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    world.portico.request(route.method, pathOf(route, request.path), {
      token,
      headers: { ...request.headers, ...headers },
      ...(request.body === undefined ? {} : { body: request.body }),
    });

  test('leaves one entry that says who, what, on what, from where', async () => {
    const request = await audited[operationId](world);
    const answer = await send(request, world.admin.token);
    expect(answer.status).toBeLessThan(300);
    const body = answer.status === 204 ? undefined : ((await answer.json()) as { id?: string; key?: string });
    const id =
      route.audit?.id == null
        ? undefined
        : route.audit.id.in === 'path'
          ? request.path?.[route.audit.id.name]
          : (body?.id ?? body?.key);
    const resource = { type: route.audit?.resource, ...(id === undefined ? {} : { id }) };
    expect(await entriesOf(answer)).toEqual([
      expect.objectContaining({ ...expectedOf(operationId), action: route.audit?.action, resource }),
    ]);
  });

  test('leaves none when it is refused', async () => {
    const request = await audited[operationId](world);
    for (const token of [world.user.token, 'garbage']) {
      const answer = await send(request, token);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(await entriesOf(answer)).toEqual([]);
    }
  });

  if (route.idempotencyKey) {
    test('leaves none when it is repeated', async () => {
      const [request, key] = [await audited[operationId](world), { 'idempotency-key': newId() }];
      expect(await entriesOf(await send(request, world.admin.token, key))).toHaveLength(1);
      const again = await send(request, world.admin.token, key);
      expect([again.headers.get('idempotent-replayed'), await entriesOf(again)]).toEqual(['true', []]);
    });
  }
});

test('createProductImport leaves one entry', async () => {
  const answer = await world.portico.request('POST', '/api/v1/product-imports', {
    token: world.admin.token,
    headers: { 'content-type': 'application/x-ndjson' },
    body: '{}',
  });
  const { id } = (await answer.json()) as { id: string };
  expect(await entriesOf(answer)).toEqual([
    expect.objectContaining({
      ...expectedOf('createProductImport'),
      action: 'product-import-created',
      resource: { type: 'product-import', id },
    }),
  ]);
});

test('createBonusImport leaves one entry, and none for a file that is known', async () => {
  const path = `/api/v1/bonus-campaigns/${await world.createCampaign()}/imports`;
  const upload = (): Promise<Response> =>
    world.portico.request('POST', path, {
      token: world.admin.token,
      headers: { 'content-type': 'text/csv' },
      body: 'phone\n09350000002\n',
    });
  const first = await upload();
  const { id } = (await first.json()) as { id: string };
  expect(await entriesOf(first)).toEqual([
    expect.objectContaining({
      ...expectedOf('createBonusImport'),
      action: 'bonus-import-created',
      resource: { type: 'bonus-import', id },
    }),
  ]);
  expect(await entriesOf(await upload())).toEqual([]);
});
