/** Walks every operation with `If-Match`: a stale tag changes nothing, and of two writers one is told. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../src/contract/generated/routes.ts';
import type { OperationId } from '../src/contract/handlers.ts';
import * as shop from './walks/catalog.ts';
import * as flags from './walks/flags.ts';
import { taggedOrders } from './walks/order-cases.ts';
import { pathOf, routeOf } from './walks/routes.ts';
import { createRecurringExpense, recurringBody } from './walks/team-extras.ts';
import { createCompany, createExpense, createTeam, expenseBody } from './walks/teams.ts';
import { createWorld, templateSource } from './walks/world.ts';
import type { Person, World } from './walks/world.ts';

/** How one versioned thing is read and changed. */
interface TagCase {
  readonly as: (world: World) => Person;
  readonly path: (world: World) => Promise<Readonly<Record<string, string>>>;
  /** Where its tag is read; default: the operation's own path. */
  readonly read?: OperationId;
  /** A body that changes the present state; each number another one. */
  readonly body: (change: number, present: string) => object;
}

/** Of the template whose publications are tried. */
let versions: readonly string[] = [];

const tagged: Readonly<Partial<Record<OperationId, TagCase>>> = {
  updateProfile: {
    as: ({ user }) => user,
    path: async () => ({}),
    read: 'getMe',
    body: (change) => ({ gender: 'other', age: 20 + change }),
  },
  updateUserRoles: {
    as: ({ admin }) => admin,
    path: async ({ stranger }) => ({ userId: stranger.userId }),
    read: 'getUser',
    body: (change, present) => ({ roles: otherRoles(change, (JSON.parse(present) as { roles: string[] }).roles) }),
  },
  updateUserLock: {
    as: ({ admin }) => admin,
    path: async ({ stranger }) => ({ userId: stranger.userId }),
    read: 'getUser',
    body: (change) => ({ reason: `reason ${change}` }),
  },
  updateClient: {
    as: ({ admin }) => admin,
    path: async (world) => ({ clientId: (await world.createClient()).id }),
    read: 'getClient',
    body: (change) => ({ name: `Client ${change}` }),
  },
  updateReward: {
    as: ({ staff }) => staff,
    path: async (world) => ({ rewardId: await world.createReward() }),
    read: 'getReward',
    body: (change) => ({ name: `Reward number ${change}` }),
  },
  updateTeam: {
    as: ({ user }) => user,
    path: async (world) => createTeam(world, world.user).then(({ teamId }) => ({ teamId })),
    read: 'getTeam',
    body: (change) => ({ name: `Team number ${change}` }),
  },
  updateTeamMember: {
    as: ({ user }) => user,
    path: async (world) => {
      const { teamId, otherId: memberId } = await createCompany(world, world.user);
      return { teamId, memberId };
    },
    read: 'getTeam',
    body: (change) => ({ name: `Member number ${change}` }),
  },
  updateRecurringExpense: {
    as: ({ user }) => user,
    path: (world) => createRecurringExpense(world, world.user),
    body: (change, present) => {
      const { createdBy } = JSON.parse(present) as { createdBy: string };
      return { ...recurringBody(createdBy), every: change };
    },
  },
  updateTeamBudgets: {
    as: ({ user }) => user,
    path: async (world) => createTeam(world, world.user).then(({ teamId }) => ({ teamId })),
    body: (change) => ({ budgets: [{ currency: 'EUR', amount: `${change}.00`, thresholds: [] }] }),
  },
  updateExpense: {
    as: ({ user }) => user,
    path: (world) => createExpense(world, world.user),
    body: (change, present) => {
      const { createdBy } = JSON.parse(present) as { createdBy: string };
      return expenseBody([createdBy], `${change}.01`);
    },
  },
  updateSandboxBehaviour: {
    as: ({ staff }) => staff,
    path: async () => ({ channel: 'email' }),
    read: 'getSandboxBehaviour',
    body: (change) => ({
      ...{ failRate: 0, rejectRate: 0, loseAnswerRate: 0, undeliveredRate: 0, loseReportRate: 0 },
      ...{ sendDelayMilliseconds: 0, reportDelayMilliseconds: change },
    }),
  },
  updateNotificationPreferences: {
    as: ({ user }) => user,
    path: async () => ({}),
    read: 'getNotificationPreferences',
    body: (change) => ({ locale: null, timeZone: `Etc/GMT-${change % 14}`, choices: [] }),
  },
  ...taggedOrders,
  updateProductType: {
    as: ({ staff }) => staff,
    path: async (world) => ({ productTypeId: await shop.createProductType(world) }),
    read: 'getProductType',
    body: (change) => ({ name: `Kind ${change}` }),
  },
  updateFlag: {
    as: ({ staff }) => staff,
    path: async (world) => ({ flagKey: await flags.createFlag(world) }),
    body: (change) => ({ rollout: change }),
  },
  updateCategory: {
    as: ({ staff }) => staff,
    path: async (world) => ({ categoryId: await shop.createCategory(world) }),
    read: 'getCategory',
    body: (change) => ({ position: change }),
  },
  updateProduct: {
    as: ({ staff }) => staff,
    path: async (world) => ({ productId: await shop.createProduct(world) }),
    read: 'getProduct',
    body: (change) => ({ slug: `changed-${change}` }),
  },
  updateVariant: {
    as: ({ staff }) => staff,
    path: async (world) => ({ variantId: await shop.createVariant(world) }),
    read: 'getVariant',
    body: (change) => ({ lowStockAt: change }),
  },
  updateMessageTemplate: {
    as: ({ staff }) => staff,
    path: async (world) => ({ templateId: (await world.createTemplate()).templateId }),
    read: 'getMessageTemplate',
    body: (change) => ({ description: `Change ${change}.` }),
  },
  updateTemplateVersion: {
    as: ({ staff }) => staff,
    path: async (world) => ({ versionId: (await world.createTemplate()).versionId }),
    read: 'getTemplateVersion',
    body: (change) => templateSource(`Hello ${change}.`),
  },
  publishMessageTemplate: {
    as: ({ staff }) => staff,
    path: async (world) => {
      const { templateId, versionId } = await world.createTemplate(true);
      const path = `/api/v1/message-templates/${templateId}/versions`;
      const body = templateSource('Hello again.');
      const draft = await world.call<{ id: string }>(world.staff, 'POST', path, { body });
      versions = [versionId, draft.id];
      return { templateId };
    },
    read: 'getMessageTemplate',
    body: (_, present) => ({ versionId: versions.find((version) => !present.includes(version)) }),
  },
};

/** What goes under its current tag alone, made anew for each test. */
const deleted: Readonly<Partial<Record<OperationId, (world: World) => Promise<Readonly<Record<string, string>>>>>> = {
  deleteUser: async (world) => ({ userId: (await world.logIn(await world.createAccount())).userId }),
  deleteRecurringExpense: (world) => createRecurringExpense(world, world.admin),
  deleteExpense: (world) => createExpense(world, world.admin),
  deleteFlag: async (world) => ({ flagKey: await flags.createFlag(world) }),
  deleteCategory: async (world) => ({ categoryId: await shop.createCategory(world) }),
  deleteProduct: async (world) => ({ productId: await shop.createProduct(world) }),
  deleteVariant: async (world) => ({ variantId: await shop.createVariant(world) }),
  deleteMessageTemplate: async (world) => ({ templateId: (await world.createTemplate()).templateId }),
  deleteTemplateVersion: async (world) => ({ versionId: (await world.createTemplate()).versionId }),
};

/** Setting what is set already would be no change, and keep the tag. */
function otherRoles(change: number, present: readonly string[]): readonly string[] {
  const sets = [['user'], ['user', 'staff'], ['user', 'admin']].filter((set) => set.toString() !== present.toString());
  return sets[change % sets.length] ?? [];
}

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world.close());

test('every operation with If-Match has its case', () => {
  const known = routes.filter(({ ifMatch }) => ifMatch !== null).map(({ operationId }) => operationId);
  expect([...Object.keys(tagged), ...Object.keys(deleted)].toSorted()).toEqual(known.toSorted());
});

let changes = 0;

describe.each(Object.entries(tagged) as [OperationId, TagCase][])('%s', (operationId, { as, path, read, body }) => {
  const route = routeOf(operationId);
  let url: string;
  let source: string;
  beforeAll(async () => {
    const values = await path(world);
    url = pathOf(route, values);
    source = read === undefined ? url : pathOf(routeOf(read), values);
  });

  const state = async (): Promise<{ tag: string; text: string }> => {
    const answer = await world.portico.request('GET', source, { token: as(world).token });
    return { tag: answer.headers.get('etag') ?? '', text: await answer.text() };
  };
  const change = async (tag: string | undefined, present?: string): Promise<Response> => {
    const type = route.requestBody?.content[0]?.mediaType;
    const headers = {
      ...(tag === undefined ? {} : { 'if-match': tag }),
      ...(type === undefined ? {} : { 'content-type': type }),
    };
    const next = body((changes += 1), present ?? (await state()).text);
    return world.portico.request(route.method, url, { token: as(world).token, headers, body: next });
  };
  const refusalOf = async (answer: Response): Promise<unknown> => {
    const { code } = (await answer.json()) as { code?: string };
    return [answer.status, code];
  };

  test('changes under the current tag, and gives a new one', async () => {
    const before = await state();
    const answer = await change(before.tag);
    expect(answer.status).toBe(200);
    const after = await state();
    expect(after.tag).not.toBe(before.tag);
    expect(after.text).not.toBe(before.text);
    expect(answer.headers.get('etag')).toBe(after.tag);
  });

  test('refuses a stale tag, a made-up one and a weak one, and changes nothing', async () => {
    const first = await state();
    expect((await change(first.tag)).status).toBe(200);
    const now = await state();
    for (const tag of [first.tag, '"made-up"', `W/${now.tag}`, now.tag.slice(1, -1)]) {
      expect([tag, await refusalOf(await change(tag))]).toEqual([tag, [412, 'precondition-failed']]);
    }
    expect(await state()).toEqual(now);
  });

  test('takes any of several tags, and *', async () => {
    const { tag } = await state();
    expect((await change(`"made-up", ${tag}`)).status).toBe(200);
    expect((await change('*')).status).toBe(200);
  });

  test(route.ifMatch === 'required' ? 'demands a tag' : 'may be called without a tag', async () => {
    const before = await state();
    const answer = await change(undefined);
    if (route.ifMatch === 'required') {
      expect(await refusalOf(answer)).toEqual([428, 'precondition-required']);
      expect(await state()).toEqual(before);
    } else {
      expect(answer.status).toBe(200);
    }
  });

  test('lets one of ten writers win', async () => {
    const { tag, text } = await state();
    const answers = await Promise.all(Array.from({ length: 10 }, () => change(tag, text)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
  });

  test('answers 304 to who has the current state already', async () => {
    const { tag } = await state();
    const again = (given: string): Promise<Response> =>
      world.portico.request('GET', source, { token: as(world).token, headers: { 'if-none-match': given } });
    const unchanged = await again(tag);
    expect([unchanged.status, unchanged.headers.get('etag'), await unchanged.text()]).toEqual([304, tag, '']);
    expect((await again('"made-up"')).status).toBe(200);
  });
});

describe.each(Object.entries(deleted))('%s', (operationId, make) => {
  const route = routeOf(operationId as OperationId);
  const send = async (method: string, url: string, tag?: string): Promise<[number, string]> => {
    const headers: Record<string, string> = tag === undefined ? {} : { 'if-match': tag };
    const answer = await world.portico.request(method, url, { token: world.admin.token, headers });
    return [answer.status, answer.headers.get('etag') ?? ''];
  };

  test('takes away what is at the current tag, and nothing else', async () => {
    const url = pathOf(route, await make(world));
    const [, tag] = await send('GET', url);
    for (const [given, status] of [
      [undefined, 428],
      ['"made-up"', 412],
      [`W/${tag}`, 412],
    ] as const) {
      expect([given, (await send('DELETE', url, given))[0]]).toEqual([given, status]);
      expect(await send('GET', url)).toEqual([200, tag]);
    }
    const answers = await Promise.all(Array.from({ length: 10 }, () => send('DELETE', url, tag)));
    expect(answers.map(([status]) => status).toSorted()).toEqual([204, ...Array.from({ length: 9 }, () => 404)]);
    expect((await send('GET', url))[0]).toBe(404);
  });
});
