/** Walks every operation that changes a thing one can read: what was sent is what is read afterwards. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../src/contract/generated/routes.ts';
import type { OperationId } from '../src/contract/handlers.ts';
import * as shop from './walks/catalog.ts';
import type { Change, Fields, Unseen } from './walks/changes.ts';
import * as flags from './walks/flags.ts';
import { orderChanges } from './walks/order-cases.ts';
import { pathOf, routeOf } from './walks/routes.ts';
import { teamChanges } from './walks/team-changes.ts';
import { createWorld, templateSource } from './walks/world.ts';
import type { MadeTemplate, Person, World } from './walks/world.ts';

async function newcomer({
  createAccount,
  logIn,
}: World): Promise<Person & { readonly email: string; readonly password: string }> {
  const account = await createAccount();
  return { ...(await logIn(account)), ...account };
}

let made = 0;
/** The template that was made last. */
let template: MadeTemplate | undefined;
const changes: Readonly<Partial<Record<OperationId, Change | Unseen>>> = {
  updateProfile: {
    as: ({ user }) => user,
    bodies: (_, attempt) => ({ gender: attempt === 0 ? 'female' : 'other', age: 40 + attempt }),
    read: 'getMe',
    expected: (user) => ({ user }),
  },
  updatePassword: {
    unseen: 'a password is never shown',
    felt: async (world) => {
      const { email, password, ...person } = await newcomer(world);
      const newPassword = 'slow trains cross wide valleys';
      const body = { currentPassword: password, newPassword };
      await world.call(person, 'PUT', '/api/v1/users/password', { body });
      await world.logIn({ email, password: newPassword });
      await expect(world.logIn({ email, password })).rejects.toThrow('invalid-credentials');
    },
  },
  deleteUserSessions: {
    unseen: "nobody is shown another person's sessions",
    felt: async (world) => {
      const person = await newcomer(world);
      const { portico, admin } = world;
      const path = `/api/v1/users/${person.userId}/sessions`;
      expect((await portico.request('DELETE', path, { token: admin.token })).status).toBe(204);
      expect((await portico.request('GET', '/api/v1/auth/me', { token: person.token })).status).toBe(401);
    },
  },
  createClient: {
    as: ({ admin }) => admin,
    bodies: (_, attempt) => ({ name: `Read back ${attempt}`, scopes: ['campaigns:read'], secretDays: 1 }),
    expected: ({ name, scopes }) => ({ name, scopes, disabled: false }),
  },
  updateClient: {
    as: ({ admin }) => admin,
    path: async (world) => ({ clientId: (await world.createClient()).id }),
    bodies: (_, attempt) => ({ name: `Renamed ${attempt}`, disabled: attempt === 0 }),
    read: 'getClient',
  },
  createClientSecret: {
    unseen: 'a secret is shown once, in the answer',
    felt: async (world) => {
      const client = await world.createClient();
      const path = `/api/v1/clients/${client.id}`;
      const { secret } = await world.call<{ secret: string }>(world.admin, 'POST', `${path}/secrets`, {
        body: { secretDays: 1 },
      });
      expect(secret).not.toBe(client.secret);
      const { secrets } = await world.call<{ secrets: unknown[] }>(world.admin, 'GET', path);
      expect(secrets).toHaveLength(2);
    },
  },
  deleteClientSecret: {
    as: ({ admin }) => admin,
    path: async (world) => {
      const { id: clientId, secrets } = await world.createClient();
      return { clientId, secretId: secrets[0]?.id ?? '' };
    },
    read: 'getClient',
  },
  deleteAccountDeletion: {
    unseen: 'a wish that was taken back is shown nowhere',
    felt: async (world) => {
      const person = await newcomer(world);
      const read = (): Promise<{ user: Fields }> => world.call(person, 'GET', '/api/v1/auth/me');
      const body = { method: 'password', secret: person.password };
      await world.call(person, 'POST', '/api/v1/account-deletion', { body });
      expect((await read()).user).toHaveProperty('deletionDueAt');
      await world.call(person, 'DELETE', '/api/v1/account-deletion');
      expect((await read()).user).not.toHaveProperty('deletionDueAt');
    },
  },
  deleteUser: {
    as: ({ admin }) => admin,
    path: async (world) => ({ userId: (await newcomer(world)).userId }),
  },
  updateUserLock: {
    as: ({ admin }) => admin,
    path: async (world) => ({ userId: (await newcomer(world)).userId }),
    bodies: (_, attempt) => ({ reason: `reason ${attempt}` }),
    read: 'getUser',
    expected: ({ reason }) => ({ state: 'locked', lock: { reason } }),
  },
  completePhoneChange: {
    as: ({ stranger }) => stranger,
    bodies: async ({ portico, call, stranger, admin }) => {
      const phone = `+98935${String((made += 1)).padStart(7, '0')}`;
      await call(stranger, 'POST', '/api/v1/users/phone/code', { body: { phone } });
      await portico.runJobs();
      const path = `/api/v1/sandbox/messages?limit=1&address=${encodeURIComponent(phone)}`;
      const { items } = await call<{ items: { text: string }[] }>(admin, 'GET', path);
      return { phone, code: /\b[0-9]{6}\b/.exec(items[0]?.text ?? '')?.[0] };
    },
    read: 'getMe',
    expected: ({ phone }) => ({ user: { phone } }),
  },
  updateUserRoles: {
    as: ({ admin }) => admin,
    path: async ({ stranger }) => ({ userId: stranger.userId }),
    bodies: (_, attempt) => ({ roles: attempt === 0 ? ['staff', 'user'] : ['user'] }),
    read: 'getUser',
  },
  updateSandboxBehaviour: {
    as: ({ staff }) => staff,
    path: async () => ({ channel: 'email' }),
    bodies: (_, attempt) => ({
      ...{ failRate: 0, rejectRate: 0, loseAnswerRate: 0, undeliveredRate: 0, loseReportRate: 0 },
      ...{ sendDelayMilliseconds: attempt, reportDelayMilliseconds: 7 + attempt },
    }),
  },
  createBonusCampaign: {
    as: ({ staff }) => staff,
    bodies: (_, attempt) => ({
      ...{
        name: `Read back ${attempt}`,
        coins: 70 + attempt,
        periodPolicy: 'once-per-window',
        windowSeconds: 600 + attempt,
      },
      ...{ messageTemplate: 'You got {coins} coins.', defaultRegion: 'IR' },
    }),
  },
  startRound: {
    as: ({ user }) => user,
    path: async () => ({ gameId: 'dice' }),
    bodies: () => ({}),
    expected: () => ({ gameId: 'dice', state: 'open' }),
  },
  createReward: {
    as: ({ staff }) => staff,
    bodies: (_, attempt) => ({
      ...{ name: `Read back ${attempt}`, description: 'One of them.', cost: 7 + attempt },
      stock: attempt === 0 ? null : 3,
    }),
  },
  updateReward: {
    as: ({ staff }) => staff,
    path: async (world) => ({ rewardId: await world.createReward() }),
    bodies: (_, attempt) => ({
      name: `Renamed ${attempt}`,
      cost: 7 + attempt,
      stock: attempt === 0 ? null : 3,
      retired: attempt === 0,
    }),
    read: 'getReward',
  },
  createRedemption: {
    as: ({ user }) => user,
    bodies: async (world) => {
      await world.giveCoins(world.user);
      return { rewardId: await world.createReward(), coins: 1 };
    },
    expected: (body) => ({ ...body, state: 'redeemed' }),
  },
  ...teamChanges,
  ...orderChanges,
  createProductType: { as: ({ staff }) => staff, bodies: () => shop.productType() as Fields },
  updateProductType: {
    as: ({ staff }) => staff,
    path: async (world) => ({ productTypeId: await shop.createProductType(world) }),
    bodies: (_, attempt) => ({
      name: `Renamed ${attempt}`,
      attributes: [{ key: `text-${attempt}`, kind: 'text', label: 'Text', required: false, facet: false }],
    }),
  },
  createFlag: { as: ({ staff }) => staff, bodies: () => flags.flag() },
  updateFlag: {
    as: ({ staff }) => staff,
    path: async (world) => ({ flagKey: await flags.createFlag(world) }),
    bodies: (_, attempt) => ({
      ...{ description: `Changed ${attempt}`, enabled: attempt === 1, defaultVariant: 'b', rollout: attempt + 7 },
      variants: [
        { name: 'a', weight: 2 },
        { name: 'b', weight: attempt },
      ],
      rules: [{ attribute: 'role', anyOf: ['staff', `role-${attempt}`], variant: 'a' }],
      recordsExposures: attempt === 0,
    }),
  },
  deleteFlag: {
    as: ({ staff }) => staff,
    path: async (world) => ({ flagKey: await flags.createFlag(world) }),
  },
  createCategory: { as: ({ staff }) => staff, bodies: () => shop.category() as Fields },
  updateCategory: {
    as: ({ staff }) => staff,
    path: async (world) => ({ categoryId: await shop.createCategory(world) }),
    bodies: async (world, attempt) => ({
      ...{ slug: `moved-${attempt}`, parentId: attempt === 0 ? await shop.createCategory(world) : null },
      ...{ names: [{ locale: 'fa', name: `Moved ${attempt}` }], position: attempt },
    }),
  },
  deleteCategory: {
    as: ({ staff }) => staff,
    path: async (world) => ({ categoryId: await shop.createCategory(world) }),
  },
  createProduct: { as: ({ staff }) => staff, bodies: async (world) => (await shop.product(world)) as Fields },
  updateProduct: {
    as: ({ staff }) => staff,
    path: async (world) => ({ productId: await shop.createProduct(world) }),
    bodies: async (world, attempt) => ({
      ...{ slug: `read-back-${attempt}`, taxClass: attempt === 0 ? 'reduced' : 'zero', options: [] },
      translations: [{ locale: 'de', name: `Ware ${attempt}`, description: '' }],
      attributes: attempt === 0 ? [] : [{ kind: 'flag', key: 'handmade', value: false }],
      categoryIds: attempt === 0 ? [await shop.createCategory(world)] : [],
      images: [{ url: `https://images.example/${attempt}.jpg`, alt: '' }],
      publishedFrom: attempt === 0 ? null : '2999-01-01T00:00:00.000Z',
      publishedUntil: null,
    }),
  },
  deleteProduct: {
    as: ({ staff }) => staff,
    path: async (world) => ({ productId: await shop.createProduct(world) }),
  },
  createVariant: {
    as: ({ staff }) => staff,
    path: async (world) => ({ productId: await shop.createProduct(world) }),
    bodies: (_, attempt) => shop.variant(attempt === 0 ? 's' : 'l') as Fields,
  },
  updateVariant: {
    as: ({ staff }) => staff,
    path: async (world) => ({ variantId: await shop.createVariant(world) }),
    bodies: (_, attempt) => ({
      ...(shop.variant(attempt === 0 ? 's' : 'l') as Fields),
      imageUrl: attempt === 0 ? 'https://images.example/s.jpg' : null,
      lowStockAt: attempt === 0 ? null : 7,
    }),
  },
  deleteVariant: {
    as: ({ staff }) => staff,
    path: async (world) => ({ variantId: await shop.createVariant(world) }),
  },
  createStockLocation: { as: ({ staff }) => staff, bodies: () => shop.stockLocation() as Fields },
  createSuppression: {
    as: ({ admin }) => admin,
    bodies: () => ({
      ...{ channel: 'email', address: `read-back-${(made += 1)}@walks.example`, category: 'marketing' },
      reason: 'asked for it',
    }),
  },
  deleteSuppression: {
    as: ({ admin }) => admin,
    path: async (world) => ({ suppressionId: await world.createSuppression() }),
  },
  createNotificationCampaign: {
    as: ({ staff }) => staff,
    bodies: async (world, attempt) => ({
      ...(await world.notificationCampaign()),
      scheduledAt: `2999-01-0${attempt + 1}T00:00:00.000Z`,
    }),
  },
  updateNotificationPreferences: {
    as: ({ user }) => user,
    bodies: (_, attempt) => ({
      ...{ locale: attempt === 0 ? 'fa' : null, timeZone: attempt === 0 ? null : 'Europe/Berlin' },
      choices: [{ channel: 'sms', category: 'news', enabled: attempt === 0 }],
    }),
    expected: ({ locale, timeZone, choices }) => ({
      ...{ locale, timeZone },
      choices: expect.arrayContaining((choices as object[]).map((choice) => ({ ...choice, fixed: false }))),
    }),
  },
  createMessageTemplate: {
    as: ({ staff }) => staff,
    bodies: (_, attempt) => ({
      ...{ key: `read-back.n${attempt}`, channel: 'sms', category: attempt === 0 ? 'rewards' : 'news' },
      description: `Attempt ${attempt}.`,
    }),
  },
  updateMessageTemplate: {
    as: ({ staff }) => staff,
    path: async (world) => ({ templateId: (await world.createTemplate()).templateId }),
    bodies: (_, attempt) => ({ description: `Attempt ${attempt}.`, archived: attempt === 0 }),
  },
  deleteMessageTemplate: {
    as: ({ staff }) => staff,
    path: async (world) => ({ templateId: (await world.createTemplate()).templateId }),
  },
  createTemplateVersion: {
    as: ({ staff }) => staff,
    path: async (world) => {
      template = await world.createTemplate(true);
      return { templateId: template.templateId };
    },
    bodies: async ({ call, staff }, attempt) => {
      const path = `/api/v1/message-templates/${template?.templateId}`;
      const { items } = await call<{ items: { id: string }[] }>(staff, 'GET', `${path}/versions`);
      const body = { versionId: items[0]?.id };
      await call(staff, 'POST', `${path}/publish`, { headers: { 'if-match': '*' }, body });
      return templateSource(`Hello {{name}}, ${attempt}.`);
    },
  },
  updateTemplateVersion: {
    as: ({ staff }) => staff,
    path: async (world) => ({ versionId: (await world.createTemplate()).versionId }),
    bodies: (_, attempt) => templateSource(`Dear {{name}}, ${attempt}.`),
  },
  deleteTemplateVersion: {
    as: ({ staff }) => staff,
    path: async (world) => ({ versionId: (await world.createTemplate()).versionId }),
  },
  createSocialIdentity: {
    as: ({ stranger }) => stranger,
    bodies: async (world) => ({ challenge: await world.socialChallenge(world.stranger) }),
    expected: () => ({ provider: 'sandbox' }),
  },
  deleteSocialIdentity: {
    as: ({ stranger }) => stranger,
    path: async (world) => ({ identityId: await world.linkIdentity(world.stranger) }),
  },
  deleteSession: {
    as: ({ user }) => user,
    path: async ({ logIn }) => ({
      sessionId: (await logIn({ email: 'user@portico.example', password: 'portico-demo-user' })).sessionId,
    }),
    read: 'listSessions',
  },
};

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world.close());

test('every operation that changes a thing has its case', () => {
  const changing = routes.filter(
    ({ method, responses }) => ['PUT', 'PATCH', 'DELETE'].includes(method) || responses[201] !== undefined,
  );
  expect(Object.keys(changes).toSorted()).toEqual(changing.map(({ operationId }) => operationId).toSorted());
});

const unseen = Object.entries(changes).filter((entry): entry is [OperationId, Unseen] => 'felt' in entry[1]);

test.each(unseen)('%s changes what no operation shows, and it is felt', async (_, { felt }) => {
  await felt(world);
});

const seen = Object.entries(changes).filter((entry): entry is [OperationId, Change] => 'as' in entry[1]);

describe.each(seen)('%s', (operationId, { as, path, bodies, read, expected = (body) => body }) => {
  const route = routeOf(operationId);
  const get = (url: string): Promise<Response> => world.portico.request('GET', url, { token: as(world).token });

  if (bodies === undefined) {
    test('removes what is there, and no more of it is seen', async () => {
      const values = (await path?.(world)) ?? {};
      const source = pathOf(read === undefined ? route : routeOf(read), values);
      const id = Object.values(values).at(-1) ?? '';
      const before = await get(source);
      expect(await before.text()).toContain(id);
      const tag = route.ifMatch === null ? null : before.headers.get('etag');
      const remove = (): Promise<Response> =>
        world.portico.request(route.method, pathOf(route, values), {
          token: as(world).token,
          headers: tag === null ? {} : { 'if-match': tag },
        });
      expect((await remove()).status).toBe(204);
      const after = await get(source);
      if (read === undefined) expect(after.status).toBe(404);
      else expect(await after.text()).not.toContain(id);
      expect((await remove()).status).toBe(404);
    });
    return;
  }

  test('brings about what was sent, one state after another', async () => {
    const values = (await path?.(world)) ?? {};
    const own = pathOf(read === undefined ? route : routeOf(read), values);
    for (const attempt of [0, 1]) {
      const body = await bodies(world, attempt);
      const tag = route.ifMatch === null ? null : (await get(own)).headers.get('etag');
      const answer = await world.portico.request(route.method, pathOf(route, values), {
        token: as(world).token,
        ...(route.requestBody === null ? {} : { body }),
        headers: {
          ...(route.requestBody === null ? {} : { 'content-type': route.requestBody.content[0]?.mediaType ?? '' }),
          ...(tag === null ? {} : { 'if-match': tag }),
        },
      });
      expect([200, 201, 204]).toContain(answer.status);
      const shown: unknown = await (await get(answer.headers.get('location') ?? own)).json();
      expect(shown).toMatchObject(expected(body));
    }
  });
});
