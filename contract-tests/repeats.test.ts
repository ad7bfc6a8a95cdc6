/** Walks every operation that takes an `Idempotency-Key`: a repetition has no further effect. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../src/contract/generated/routes.ts';
import type { Traits } from '../src/contract/generated/traits.ts';
import type { OperationId } from '../src/contract/handlers.ts';
import { newId } from '../src/shared/id.ts';
import * as shop from './walks/catalog.ts';
import { createQuarantinedRate, nextRateDay } from './walks/exchange-rates.ts';
import * as flags from './walks/flags.ts';
import * as pay from './walks/payments.ts';
import { repeatedOrders } from './walks/order-cases.ts';
import { pathOf, routeOf } from './walks/routes.ts';
import { conversionBody, ratesOf, recordConversion, recurringBody } from './walks/team-extras.ts';
import {
  createCompany,
  createExpense,
  createTeam,
  createTeamInvitation,
  expenseBody,
  recordSettlement,
} from './walks/teams.ts';
import { createWorld, nextSource, notification, templateSource } from './walks/world.ts';
import type { World } from './walks/world.ts';

type Repeatable = { [O in OperationId]: Traits[O]['keyed'] extends true ? O : never }[OperationId];

/** A request that succeeds, made anew for each call. */
interface RepeatCase {
  readonly path?: (world: World) => Promise<Readonly<Record<string, string>>>;
  /** @param path what `path` gave */
  readonly body?: (world: World, path: Readonly<Record<string, string>>) => object | Promise<object>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An import that is stopped with lines left. */
async function cancelledImport(world: World): Promise<Record<string, string>> {
  const importId = await world.upload(await world.createCampaign(), ['09350000001']);
  await world.call(world.staff, 'POST', `/api/v1/bonus-imports/${importId}/cancel`);
  return { importId };
}

async function notificationCampaign(world: World): Promise<Record<string, string>> {
  return { notificationCampaignId: await world.createNotificationCampaign() };
}

let made = 0;
/** The draft of the template that was made last. */
let draft = '';
/** The key of the template that was published last. */
let templateKey = '';
const templateWithDraft = async (world: World): Promise<Record<string, string>> => {
  const { templateId, versionId } = await world.createTemplate();
  draft = versionId;
  return { templateId };
};
const repeatable: Readonly<Record<Repeatable, RepeatCase>> = {
  createBonusCampaign: {
    body: () => ({
      name: `Campaign ${(made += 1)}`,
      coins: 50,
      periodPolicy: 'once',
      messageTemplate: 'You got {coins} coins.',
      defaultRegion: 'IR',
    }),
  },
  createClient: { body: () => ({ name: `Client ${(made += 1)}`, scopes: ['campaigns:read'], secretDays: 1 }) },
  createClientSecret: {
    path: async (world) => ({ clientId: (await world.createClient()).id }),
    body: () => ({ secretDays: 1 }),
  },
  createSuppression: {
    body: () => ({
      channel: 'email',
      address: `repeat-${(made += 1)}@walks.example`,
      category: 'all',
      reason: 'asked for it',
    }),
  },
  sendNotification: {
    path: async (world) => {
      templateKey = (await world.createTemplate(true)).key;
      return {};
    },
    body: () => ({ templateKey, ...notification }),
  },
  recordSandboxInboundMessage: { body: () => ({ from: '+989350000001', text: `STOP ${(made += 1)}` }) },
  createMessageTemplate: {
    body: () => ({ key: `repeat.n${(made += 1)}`, channel: 'sms', category: 'rewards', description: '' }),
  },
  publishMessageTemplate: {
    path: templateWithDraft,
    body: () => ({ versionId: draft }),
    headers: { 'if-match': '*' },
  },
  createTemplateVersion: {
    path: async (world) => ({ templateId: (await world.createTemplate(true)).templateId }),
    body: () => templateSource(`Hello ${(made += 1)}.`),
  },
  cancelBonusImport: { path: cancelledImport },
  resumeBonusImport: { path: cancelledImport },
  startPaymentAttempt: {
    path: async (world) => ({ paymentId: await pay.createPayment(world, world.admin) }),
    body: () => ({ methodToken: 'sandbox-ok' }),
  },
  cancelPaymentAttempt: { path: async (world) => pay.startAttempt(world, world.admin) },
  capturePayment: {
    path: async (world) => ({ paymentId: await pay.paidPayment(world, 'manual') }),
    body: () => pay.capture,
  },
  redrivePaymentMessage: { path: async (world) => ({ paymentMessageId: await pay.paymentMessage(world) }) },
  requestPaymentReconciliation: { body: () => pay.reconciledDay() },
  voidPayment: {
    path: async (world) => ({ paymentId: await pay.paidPayment(world, 'manual') }),
    body: () => ({ reason: 'a walk' }),
  },
  refundPayment: { path: async (world) => ({ paymentId: await pay.paidPayment(world) }), body: () => pay.refund },
  requestRateFetch: { body: () => ({ date: nextRateDay() }) },
  releaseQuarantinedRate: { path: async (world) => ({ rateId: await createQuarantinedRate(world) }) },
  requestBonusSourcePoll: { path: async () => ({ sourceName: nextSource() }) },
  cancelMessageGroup: {
    path: async (world) => {
      const groupId = await world.upload(await world.createCampaign(), [world.phone]);
      await world.portico.runJobs();
      return { groupId };
    },
  },
  createNotificationCampaign: { body: (world) => world.notificationCampaign() },
  pauseNotificationCampaign: { path: notificationCampaign },
  resumeNotificationCampaign: { path: notificationCampaign },
  cancelNotificationCampaign: { path: notificationCampaign },
  redriveMessage: { path: async (world) => ({ messageId: await world.createDeadMessage() }) },
  redriveMessages: { body: () => ({ reason: `reason ${(made += 1)}`, limit: 1 }) },
  startRound: { path: async () => ({ gameId: (made += 1) % 2 === 0 ? 'dice' : 'sums' }) },
  playRound: {
    path: async (world) => {
      const { id, roundToken } = await world.startRound(world.admin);
      return { roundId: id, roundToken };
    },
    body: (_, { roundToken }) => ({ roundToken, clientSeed: 'repeat', choices: { game: 'dice', number: 3 } }),
  },
  createReward: {
    body: () => ({ name: `Reward ${(made += 1)}`, description: 'One of them.', cost: 1, stock: null }),
  },
  createRedemption: {
    path: async (world) => {
      await world.giveCoins(world.admin);
      return { rewardId: await world.createReward() };
    },
    body: (_, { rewardId }) => ({ rewardId, coins: 1 }),
  },
  refundRedemption: {
    path: async (world) => {
      await world.giveCoins(world.admin);
      return { redemptionId: await world.redeem(world.admin) };
    },
  },
  createTeam: { body: () => ({ name: `Team ${(made += 1)}`, ownName: 'Sara' }) },
  createTeamMember: {
    path: async (world) => createTeam(world, world.admin).then(({ teamId }) => ({ teamId })),
    body: () => ({ name: `Member ${(made += 1)}` }),
  },
  createTeamInvitation: {
    path: async (world) => createCompany(world, world.admin).then(({ teamId, otherId }) => ({ teamId, otherId })),
    body: (_, { otherId }) => ({ role: 'member', memberId: otherId }),
  },
  claimTeamInvitation: {
    path: async (world) => {
      const { teamId } = await createTeam(world, world.staff);
      return { token: (await createTeamInvitation(world, world.staff, teamId)).token };
    },
    body: (_, { token }) => ({ token }),
  },
  createExpense: {
    path: async (world) => {
      const { teamId, memberId, otherId } = await createCompany(world, world.admin);
      return { teamId, memberId, otherId };
    },
    body: (_, { memberId = '', otherId = '' }) => expenseBody([memberId, otherId]),
  },
  restoreExpense: {
    path: async (world) => {
      const path = await createExpense(world, world.admin);
      const headers = { 'if-match': '*' };
      await world.call(world.admin, 'DELETE', `/api/v1/teams/${path.teamId}/expenses/${path.expenseId}`, { headers });
      return path;
    },
  },
  recordConversion: {
    path: async (world) => {
      await ratesOf(world);
      const { teamId, memberId, otherId } = await createCompany(world, world.admin);
      return { teamId, memberId, otherId };
    },
    body: (_, { memberId = '', otherId = '' }) => conversionBody(memberId, otherId, `${(made += 1)}`),
  },
  voidConversion: { path: (world) => recordConversion(world, world.admin) },
  createRecurringExpense: {
    path: async (world) => createTeam(world, world.admin).then(({ teamId, memberId }) => ({ teamId, memberId })),
    body: (_, { memberId = '' }) => ({ ...recurringBody(memberId), description: `Rent ${(made += 1)}` }),
  },
  importExpenses: {
    path: async (world) => createTeam(world, world.admin).then(({ teamId }) => ({ teamId })),
    body: () => ({
      format: 'splitwise',
      dryRun: true,
      csv: `Date,Description,Category,Cost,Currency,Sara\n${(made += 1)}`,
    }),
  },
  createExpenseComment: {
    path: (world) => createExpense(world, world.admin),
    body: () => ({ text: `Comment ${(made += 1)}` }),
  },
  recordSettlement: {
    path: async (world) => {
      const { teamId, memberId, otherId } = await createCompany(world, world.admin);
      return { teamId, memberId, otherId };
    },
    body: (_, { memberId = '', otherId = '' }) => ({
      ...{ payerId: memberId, receiverId: otherId, amount: `${(made += 1)}`, currency: 'EUR', paidOn: '2026-11-21' },
    }),
  },
  confirmSettlement: { path: (world) => recordSettlement(world, world.admin) },
  voidSettlement: { path: (world) => recordSettlement(world, world.admin) },
  ...repeatedOrders,
  createProductType: { body: () => shop.productType() },
  createCategory: { body: () => shop.category() },
  createProduct: { body: (world) => shop.product(world) },
  createVariant: {
    path: async (world) => ({ productId: await shop.createProduct(world) }),
    body: () => shop.variant(),
  },
  createStockLocation: { body: () => shop.stockLocation() },
  recordStockAdjustment: {
    body: async (world) => ({ ...(await shop.createStock(world)), delta: 1, reason: 'counted' }),
  },
  recordStockTransfer: { body: (world) => shop.stockTransfer(world) },
  createFlag: { body: () => flags.flag() },
  redriveDeadLetters: { body: () => ({ reason: `reason ${(made += 1)}`, limit: 1 }) },
  redriveDeadLetter: { path: async (world) => ({ deadLetterId: (await world.createDeadLetter())[0] ?? '' }) },
};

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world.close());

test('every operation with a key has its case', () => {
  const known = routes.filter(({ idempotencyKey }) => idempotencyKey).map(({ operationId }) => operationId);
  expect(Object.keys(repeatable).toSorted()).toEqual(known.toSorted());
});

describe.each(Object.entries(repeatable) as [Repeatable, RepeatCase][])('%s', (operationId, repeat) => {
  const { path, body } = repeat;
  const route = routeOf(operationId);
  const make = async (): Promise<{ url: string; body: object | undefined }> => {
    const values = (await path?.(world)) ?? {};
    return { url: pathOf(route, values), body: await body?.(world, values) };
  };
  const send = async (request: { url: string; body: object | undefined }, key: string): Promise<Sent> => {
    const answer = await world.portico.request(route.method, request.url, {
      token: world.admin.token,
      headers: { ...repeat.headers, 'idempotency-key': key },
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const { headers } = answer;
    const kept = { location: headers.get('location'), etag: headers.get('etag'), type: headers.get('content-type') };
    return { status: answer.status, kept, text: await answer.text(), replayed: headers.get('idempotent-replayed') };
  };

  test('gives the first answer again, byte for byte', async () => {
    const [request, key] = [await make(), newId()];
    const first = await send(request, key);
    expect([first.status < 300, first.replayed]).toEqual([true, null]);
    expect(await send(request, key)).toEqual({ ...first, replayed: 'true' });
    expect(await send(request, `"${key}"`)).toEqual({ ...first, replayed: 'true' });
  });

  test('refuses the key for another request, and still knows the first', async () => {
    const [request, key] = [await make(), newId()];
    const first = await send(request, key);
    const other = await send(await make(), key);
    expect([other.status, (JSON.parse(other.text) as { code: string }).code]).toEqual([422, 'idempotency-key-reused']);
    expect(await send(request, key)).toEqual({ ...first, replayed: 'true' });
  });

  test('has one effect for twenty at once', async () => {
    const [request, key] = [await make(), newId()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(request, key)));
    const done = answers.filter(({ status }) => status < 300);
    expect(done.filter(({ replayed }) => replayed === null)).toHaveLength(1);
    expect(new Set(done.map(({ text }) => text)).size).toBe(1);
    const refused = answers.filter(({ status }) => status >= 300);
    expect(
      new Set(refused.map(({ status, text }) => `${status} ${(JSON.parse(text) as { code: string }).code}`)).size,
    ).toBeLessThan(2);
    for (const { status, text } of refused) {
      expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([409, 'idempotency-key-in-use']);
    }
  });
});

interface Sent {
  readonly status: number;
  readonly kept: object;
  readonly text: string;
  readonly replayed: string | null;
}
