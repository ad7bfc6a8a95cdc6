/** Walks every list: pages neither repeat nor skip a row while others write, and a cursor opens only its own list. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../src/contract/generated/routes.ts';
import type { Traits } from '../src/contract/generated/traits.ts';
import type { OperationId } from '../src/contract/handlers.ts';
import { demoPhone } from '../src/shared/demo-phone.ts';
import * as shop from './walks/catalog.ts';
import { createQuarantinedRate, fetchNextRates, nextQuote } from './walks/exchange-rates.ts';
import * as flags from './walks/flags.ts';
import { listedOrders } from './walks/order-cases.ts';
import * as pay from './walks/payments.ts';
import { pathOf, routeOf } from './walks/routes.ts';
import { createExpenseComment, createRecurringExpense, recordConversion } from './walks/team-extras.ts';
import { createExpense, createTeam, createTeamInvitation, createTeamMember, recordSettlement } from './walks/teams.ts';
import type { MadeTeam } from './walks/teams.ts';
import { createWorld, nextSource, templateSource } from './walks/world.ts';
import type { Person, World } from './walks/world.ts';

type List = {
  [O in OperationId]: Traits[O]['defaulted'] extends 'limit'
    ? 'limit' extends Traits[O]['defaulted']
      ? O
      : never
    : never;
}[OperationId];

/** How one list is read and filled. */
interface ListCase {
  readonly as: (world: World) => Person;
  /** Values of the path's parameters. */
  readonly path?: (world: World) => Promise<Readonly<Record<string, string>>>;
  /** A filter under which the rows also appear; a cursor made without it must not fit. */
  readonly filter?: string;
  /** Puts one more row into the list. */
  readonly add: (world: World, path: Readonly<Record<string, string>>) => Promise<unknown>;
  /** Everybody who may read it reads the same: nothing in it is a person's. */
  readonly common?: true;
  /** Takes one of these rows out; where rows can go. */
  readonly remove?: (world: World, ids: readonly string[]) => Promise<string>;
}

let numbers = 0;
const number = (): string => `0935${String((numbers += 1)).padStart(7, '0')}`;
const mail = async (world: World): Promise<void> => {
  await world.createAccount();
};

async function publishAnother({ call, staff }: World, templateId: string): Promise<void> {
  const path = `/api/v1/message-templates/${templateId}`;
  const body = templateSource(`Hello ${(numbers += 1)}.`);
  const { id: versionId } = await call<{ id: string }>(staff, 'POST', `${path}/versions`, { body });
  await call(staff, 'POST', `${path}/publish`, { headers: { 'if-match': '*' }, body: { versionId } });
}

/** The team whose invitations are listed. */
let invitationsOf = '';
/** The team whose recurring expenses are listed. */
let recurringOf: MadeTeam | undefined;
/** The expense whose comments are listed. */
let commentsOf: { readonly teamId: string; readonly expenseId: string } | undefined;
/** The team whose expenses are listed. */
let expensesOf: MadeTeam | undefined;

const lists: Readonly<Record<List, ListCase>> = {
  listSessions: {
    as: ({ user }) => user,
    add: (world) => world.logIn({ email: 'user@portico.example', password: 'portico-demo-user' }),
    remove: async (world, ids) => {
      const id = ids.find((candidate) => candidate !== world.user.sessionId) ?? '';
      await world.call(world.user, 'DELETE', `/api/v1/sessions/${id}`);
      return id;
    },
  },
  listClients: { as: ({ admin }) => admin, add: (world) => world.createClient() },
  listUsers: { as: ({ admin }) => admin, filter: 'role=user', add: (world) => world.createAccount() },
  listAuditEntries: {
    as: ({ admin }) => admin,
    filter: 'resourceType=suppression',
    add: (world) => world.createSuppression(),
  },
  listSecurityEvents: {
    as: ({ user }) => user,
    add: (world) => world.logIn({ email: 'user@portico.example', password: 'portico-demo-user' }),
  },
  listMessages: { as: ({ staff }) => staff, filter: 'channel=email', add: mail },
  listSandboxMessages: { as: ({ staff }) => staff, filter: 'channel=email', add: mail },
  listSandboxErrors: { as: ({ staff }) => staff, add: (world) => world.failUnexpectedly() },
  listSuppressions: {
    as: ({ admin }) => admin,
    filter: 'channel=email',
    add: (world) => world.createSuppression(),
    remove: async (world, [id = '']) => {
      await world.call(world.admin, 'DELETE', `/api/v1/suppressions/${id}`);
      return id;
    },
  },
  listNotificationCampaigns: {
    as: ({ staff }) => staff,
    filter: 'state=scheduled',
    add: (world) => world.createNotificationCampaign(),
  },
  listCampaignRecipients: {
    as: ({ staff }) => staff,
    path: async (world) => {
      const notificationCampaignId = await world.createNotificationCampaign();
      await world.portico.runJobs();
      return { notificationCampaignId };
    },
    filter: 'state=queued',
    // An audience is chosen once: it never grows.
    add: () => Promise.resolve(),
  },
  listMessageTemplates: {
    as: ({ staff }) => staff,
    filter: 'channel=sms',
    add: (world) => world.createTemplate(),
    remove: async (world, [id = '']) => {
      await world.call(world.staff, 'DELETE', `/api/v1/message-templates/${id}`, { headers: { 'if-match': '*' } });
      return id;
    },
  },
  listTemplateVersions: {
    as: ({ staff }) => staff,
    path: async (world) => {
      const { templateId } = await world.createTemplate(true);
      for (let version = 0; version < 3; version += 1) await publishAnother(world, templateId);
      return { templateId };
    },
    add: (world, { templateId = '' }) => publishAnother(world, templateId),
  },
  listDeadLetters: { as: ({ admin }) => admin, filter: 'open=true', add: (world) => world.createDeadLetter() },
  listBonusCampaigns: { as: ({ staff }) => staff, add: (world) => world.createCampaign() },
  listBonusImports: {
    as: ({ staff }) => staff,
    path: async (world) => ({ campaignId: await world.createCampaign() }),
    add: (world, { campaignId = '' }) => world.upload(campaignId, [number()]),
  },
  listBonusSourcePolls: {
    as: ({ staff }) => staff,
    filter: 'outcome=failed',
    path: async () => ({ sourceName: nextSource() }),
    add: async (world, { sourceName = '' }) => {
      await world.call(world.staff, 'POST', `/api/v1/bonus-sources/${sourceName}/polls`);
      await world.portico.runJobs();
    },
  },
  listRateHistory: {
    as: ({ user }) => user,
    path: async () => ({ base: 'EUR', quote: nextQuote() }),
    filter: 'since=2020-01-01',
    common: true,
    add: fetchNextRates,
  },
  listRateFetches: { as: ({ staff }) => staff, filter: 'outcome=stored', add: fetchNextRates },
  listQuarantinedRates: { as: ({ staff }) => staff, filter: 'released=false', add: createQuarantinedRate },
  listPayments: {
    as: ({ user }) => user,
    filter: 'flagged=false',
    add: (world) => pay.createPayment(world, world.user),
  },
  listPaymentMessages: { as: ({ staff }) => staff, filter: 'state=applied', add: pay.paymentMessage },
  listPaymentDisputes: { as: ({ staff }) => staff, filter: 'state=opened', add: pay.disputePayment },
  listPaymentReconciliations: { as: ({ staff }) => staff, filter: 'provider=sandbox', add: pay.reconcilePayments },
  listRounds: {
    as: ({ user }) => user,
    filter: 'gameId=dice',
    add: (world) => world.playRounds(world.user, 1),
  },
  listRewards: { as: ({ user }) => user, common: true, add: (world) => world.createReward() },
  listRedemptions: {
    as: ({ user }) => user,
    add: async (world) => {
      await world.giveCoins(world.user);
      await world.redeem(world.user);
    },
  },
  listUserRedemptions: {
    as: ({ staff }) => staff,
    filter: 'state=redeemed',
    add: async (world) => {
      await world.giveCoins(world.user);
      await world.redeem(world.user);
    },
  },
  listTeams: {
    as: ({ user }) => user,
    add: (world) => createTeam(world, world.user),
  },
  listTeamInvitations: {
    as: ({ user }) => user,
    path: async (world) => {
      invitationsOf = (await createTeam(world, world.user)).teamId;
      return { teamId: invitationsOf };
    },
    add: (world, { teamId = '' }) => createTeamInvitation(world, world.user, teamId),
    remove: async (world, [id = '']) => {
      await world.call(world.user, 'DELETE', `/api/v1/teams/${invitationsOf}/invitations/${id}`);
      return id;
    },
  },
  listExpenses: {
    as: ({ user }) => user,
    filter: 'currency=EUR',
    path: async (world) => {
      expensesOf = await createTeam(world, world.user);
      return { teamId: expensesOf.teamId };
    },
    add: (world, { teamId = '' }) =>
      createExpense(world, world.user, teamId === expensesOf?.teamId ? expensesOf : undefined),
    remove: async (world, [id = '']) => {
      const path = `/api/v1/teams/${expensesOf?.teamId}/expenses/${id}`;
      await world.call(world.user, 'DELETE', path, { headers: { 'if-match': '*' } });
      return id;
    },
  },
  listConversions: {
    as: ({ user }) => user,
    path: async (world) => createTeam(world, world.user).then(({ teamId }) => ({ teamId })),
    add: (world, { teamId = '' }) => recordConversion(world, world.user, teamId),
  },
  listRecurringExpenses: {
    as: ({ user }) => user,
    path: async (world) => {
      recurringOf = await createTeam(world, world.user);
      return { teamId: recurringOf.teamId };
    },
    add: (world, { teamId = '' }) =>
      createRecurringExpense(world, world.user, teamId === recurringOf?.teamId ? recurringOf : undefined),
    remove: async (world, [id = '']) => {
      const path = `/api/v1/teams/${recurringOf?.teamId}/recurring-expenses/${id}`;
      await world.call(world.user, 'DELETE', path, { headers: { 'if-match': '*' } });
      return id;
    },
  },
  listExpenseComments: {
    as: ({ user }) => user,
    path: async (world) => (commentsOf = await createExpense(world, world.user)),
    add: (world, { teamId = '', expenseId = '' }) => createExpenseComment(world, world.user, { teamId, expenseId }),
    remove: async (world, [id = '']) => {
      const { teamId, expenseId } = commentsOf ?? { teamId: '', expenseId: '' };
      await world.call(world.user, 'DELETE', `/api/v1/teams/${teamId}/expenses/${expenseId}/comments/${id}`);
      return id;
    },
  },
  listSettlements: {
    as: ({ user }) => user,
    filter: 'state=confirmed',
    path: async (world) => createTeam(world, world.user).then(({ teamId }) => ({ teamId })),
    add: (world, { teamId = '' }) => recordSettlement(world, world.user, teamId),
  },
  listTeamHistory: {
    as: ({ user }) => user,
    path: async (world) => createTeam(world, world.user).then(({ teamId }) => ({ teamId })),
    add: (world, { teamId = '' }) => createTeamMember(world, world.user, teamId),
  },
  ...listedOrders,
  listProductTypes: { as: ({ staff }) => staff, add: shop.createProductType },
  listProducts: {
    as: ({ staff }) => staff,
    filter: 'state=published',
    add: shop.createProduct,
    remove: async (world, [id = '']) => {
      await world.call(world.staff, 'DELETE', `/api/v1/products/${id}`, { headers: { 'if-match': '*' } });
      return id;
    },
  },
  listFlags: {
    as: ({ staff }) => staff,
    add: flags.createFlag,
    remove: async (world, [key = '']) => {
      await world.call(world.staff, 'DELETE', `/api/v1/flags/${key}`, { headers: { 'if-match': '*' } });
      return key;
    },
  },
  listCategories: {
    as: ({ user }) => user,
    common: true,
    add: shop.createCategory,
    remove: async (world, [id = '']) => {
      await world.call(world.staff, 'DELETE', `/api/v1/categories/${id}`, { headers: { 'if-match': '*' } });
      return id;
    },
  },
  listCatalogProducts: { as: ({ user }) => user, common: true, filter: 'sort=price', add: shop.createVariant },
  listStockLocations: { as: ({ staff }) => staff, add: shop.createStockLocation },
  listStockLevels: { as: ({ staff }) => staff, filter: 'low=true', add: shop.createStock },
  listStockMovements: { as: ({ staff }) => staff, add: shop.createStock },
  listWalletEntries: {
    as: ({ user }) => user,
    add: async (world) => {
      await world.upload(await world.createCampaign(), [world.phone, demoPhone(1)]);
      await world.portico.runJobs();
    },
  },
};

interface Page {
  /** What has no id is known by its key, and what stands for nothing but its day by that. */
  readonly items: readonly { readonly id?: string | number; readonly key?: string; readonly asOf?: string }[];
  readonly nextCursor: string | null;
}

const keyOf = ({ id, key, asOf }: Page['items'][number]): string => String(id ?? key ?? asOf);

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world.close());

test('every list has its case', () => {
  const known = routes.filter(({ parameters }) => parameters.some(({ name }) => name === 'cursor'));
  expect(Object.keys(lists).toSorted()).toEqual(known.map(({ operationId }) => operationId).toSorted());
});

describe.each(Object.entries(lists) as [List, ListCase][])('%s', (operationId, list) => {
  const route = routeOf(operationId);
  let path: Readonly<Record<string, string>>;
  let url: string;

  beforeAll(async () => {
    path = (await list.path?.(world)) ?? {};
    url = pathOf(route, path);
    for (let row = 0; row < 7; row += 1) await list.add(world, path);
  }, 60_000);

  const read = async (query: string): Promise<Page> => world.call(list.as(world), 'GET', `${url}?${query}`);
  const refusal = async (query: string): Promise<[number, string]> => {
    const answer = await world.portico.request('GET', `${url}?${query}`, { token: list.as(world).token });
    return [answer.status, ((await answer.json()) as { code: string }).code];
  };
  const cursorOf = async (query = 'limit=2'): Promise<string> => {
    const { nextCursor } = await read(query);
    if (nextCursor === null) throw new Error('the list is too short to have a second page');
    return nextCursor;
  };

  test('shows each row that stays exactly once, while rows come and go', async () => {
    const before = (await read('limit=100')).items.map(keyOf);
    expect(before.length).toBeGreaterThanOrEqual(7);
    const seen: string[] = [];
    const removed = new Set<string>();
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page = await read(`limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(keyOf));
      cursor = page.nextCursor;
      // At most a few, so that a list that grows at its end is not read for ever.
      if (seen.length < 8) await list.add(world, path);
      if (list.remove !== undefined && removed.size === 0) {
        removed.add(
          await list.remove(
            world,
            before.filter((id) => !seen.includes(id)),
          ),
        );
      }
    }
    expect(seen).toEqual([...new Set(seen)]);
    const stayed = before.filter((id) => !removed.has(id));
    expect(seen.filter((id) => stayed.includes(id))).toEqual(stayed);
  });

  test('gives as many as asked, at most 100, and says where it ends', async () => {
    const all = await read('limit=100');
    expect(all.nextCursor).toBeNull();
    expect((await read('limit=1')).items).toEqual(all.items.slice(0, 1));
    expect((await read(`limit=${all.items.length}`)).nextCursor).toBeNull();
    expect((await read('')).items).toEqual(all.items.slice(0, 20));
    expect(await refusal('limit=0')).toEqual([400, 'validation-failed']);
    expect(await refusal('limit=101')).toEqual([400, 'validation-failed']);
  });

  test('refuses a cursor with any character changed, cut or added', async () => {
    const cursor = await cursorOf();
    const changed = Array.from(
      cursor,
      (character, at) => cursor.slice(0, at) + (character === 'A' ? 'B' : 'A') + cursor.slice(at + 1),
    );
    for (const tampered of [...changed, cursor.slice(0, -1), cursor.slice(1), `${cursor}A`, 'A', 'made-up']) {
      expect([tampered, ...(await refusal(`limit=2&cursor=${tampered}`))]).toEqual([tampered, 400, 'invalid-cursor']);
    }
  });

  test('refuses a cursor of another list', async () => {
    const other = operationId === 'listSuppressions' ? 'listBonusCampaigns' : 'listSuppressions';
    for (let row = 0; row < 3; row += 1) await lists[other].add(world, {});
    const page = await world.call<Page>(world.admin, 'GET', `${pathOf(routeOf(other))}?limit=2`);
    expect(await refusal(`limit=2&cursor=${page.nextCursor}`)).toEqual([400, 'invalid-cursor']);
  });

  if (list.filter !== undefined) {
    test('refuses a cursor made under another filter', async () => {
      expect(await refusal(`limit=2&${list.filter}&cursor=${await cursorOf()}`)).toEqual([400, 'invalid-cursor']);
      const filtered = await cursorOf(`limit=2&${list.filter}`);
      expect(await refusal(`limit=2&cursor=${filtered}`)).toEqual([400, 'invalid-cursor']);
      expect((await read(`limit=2&${list.filter}&cursor=${filtered}`)).items.length).toBeGreaterThan(0);
    });
  }

  if (list.path !== undefined) {
    test('refuses a cursor of another parent', async () => {
      const elsewhere = pathOf(route, (await list.path?.(world)) ?? {});
      const answer = await world.portico.request('GET', `${elsewhere}?cursor=${await cursorOf()}`, {
        token: list.as(world).token,
      });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'invalid-cursor']);
    });
  }

  if (list.common) return;

  test("does not open another person's rows to the holder of a cursor", async () => {
    const cursor = await cursorOf();
    const answer = await world.portico.request('GET', `${url}?cursor=${cursor}`, { token: world.stranger.token });
    const theirs = (await read('limit=100')).items.map(keyOf);
    const shown = answer.status === 200 ? ((await answer.json()) as Page).items.map(keyOf) : [];
    expect([200, 400, 403, 404]).toContain(answer.status);
    expect(shown.filter((id) => theirs.includes(id))).toEqual([]);
  });
});
