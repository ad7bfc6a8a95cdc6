/**
 * Walks the route table: every operation refuses whoever may not call it. A new operation fails here, or does not compile,
 * until it says whose things it touches.
 */
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { routes } from '../src/contract/generated/routes.ts';
import type { Traits } from '../src/contract/generated/traits.ts';
import type { OperationId } from '../src/contract/handlers.ts';
import type { Route } from '../src/contract/route.ts';
import { scopesOf } from '../src/contexts/identity/role.ts';
import type { Role } from '../src/contexts/identity/role.ts';
import { newId } from '../src/shared/id.ts';
import type { TestRequest } from '../src/testing/http-server.ts';
import { readDocument, resolvedOperations } from './document.ts';
import type { Foreign } from './walks/foreign.ts';
import { pathOf, routeOf } from './walks/routes.ts';
import { inPayments, openPayments } from './walks/payments.ts';
import { foreignOrders } from './walks/order-cases.ts';
import { inTeams } from './walks/team-foreign.ts';
import { createWorld } from './walks/world.ts';
import type { Person, World } from './walks/world.ts';

type Protected = { [O in OperationId]: Traits[O]['authenticated'] extends true ? O : never }[OperationId];
type Public = Exclude<OperationId, Protected>;

/** Why anybody may call it. */
const publicOperations: Readonly<Record<Public, string>> = {
  createRegistration: 'who signs up has no account yet',
  createPhoneRegistration: 'who signs up has no account yet',
  verifyEmail: 'the token from the mail is the proof',
  verifyPhone: 'the code from the message is the proof',
  createSession: 'this is where tokens come from',
  createPhoneSession: 'this is where tokens come from',
  createCodeSession: 'this is where tokens come from',
  requestOneTimeCode: 'who logs in has no token yet',
  completeSession: 'the challenge of the first half is the proof',
  getSocialProviders: 'who logs in has no token yet',
  startSocialLogin: 'this is where tokens come from',
  completeSocialLogin: 'state, ticket and code are the proof',
  requestSocialCode: 'the challenge of the log-in is the proof',
  completeSocialRegistration: 'the challenge of the log-in is the proof',
  createClientToken: 'this is where tokens of machine clients come from',
  renewSession: 'the refresh token is the proof',
  requestPasswordReset: 'who has forgotten the password has no token',
  completePasswordReset: 'the token from the mail is the proof',
  completePhonePasswordReset: 'the code from the message is the proof',
  getUnsubscription: 'the signed id in the link is the proof',
  createUnsubscription: 'the signed id in the link is the proof',
  recordTwilioReport: 'the signature of Twilio is the proof',
  recordKavenegarReport: 'the end of the path is a secret; what it says is only a reason to ask the vendor',
  recordVonageReport: 'the end of the path is a secret, and the signature if there is one',
  recordSendpulseReports: 'the end of the path is a secret',
  recordSmtpBounce: 'the end of the path is a secret',
  ...openPayments,
  listCatalogProducts: 'a shop shows its goods to everybody',
  getCatalogProduct: 'a shop shows its goods to everybody',
  listCategories: 'a shop shows its tree to everybody',
  getCategory: 'a shop shows its tree to everybody',
  getKeySet: 'public keys',
  getLiveness: 'probes have no account',
  getReadiness: 'probes have no account',
  getStartup: 'probes have no account',
  getOpenPicture: 'mail programs have no account; the id is signed',
  followMessageLink: 'who reads an e-mail need not be logged in; the id is signed',
  getMetrics: 'a scraper has no account; METRICS_TOKEN gives it a password of its own',
};

const staffShare = { shared: 'the staff of one installation run its campaigns together' };
const adminsShare = { shared: 'admins look after all accounts and all work' };
const account = { own: 'it acts on the account of the token' };

const foreign: Readonly<Record<Protected, Foreign>> = {
  deleteCurrentSession: { own: 'it ends the session of the token' },
  getMe: account,
  updateProfile: account,
  updatePassword: account,
  getSecondFactor: account,
  startSecondFactor: account,
  completeSecondFactor: account,
  renewRecoveryCodes: account,
  deleteSecondFactor: account,
  startSocialLink: account,
  getSocialIdentities: account,
  createSocialIdentity: account,
  getSocialIdentity: {
    absent: async (world) => ({ as: world.stranger, path: { identityId: await world.linkIdentity(world.user) } }),
  },
  deleteSocialIdentity: {
    absent: async (world) => ({ as: world.stranger, path: { identityId: await world.linkIdentity(world.user) } }),
  },
  requestPhoneChange: account,
  completePhoneChange: account,
  listSessions: {
    leftOut: async ({ user, stranger }) => ({ as: stranger, owner: user, secret: user.sessionId }),
  },
  deleteSession: { absent: ({ user, stranger }) => ({ as: stranger, path: { sessionId: user.sessionId } }) },
  listClients: adminsShare,
  createClient: adminsShare,
  getClient: adminsShare,
  updateClient: adminsShare,
  createClientSecret: adminsShare,
  deleteClientSecret: adminsShare,
  listUsers: adminsShare,
  getUser: adminsShare,
  updateUserRoles: adminsShare,
  updateUserLock: adminsShare,
  deleteUserSessions: adminsShare,
  deleteUser: adminsShare,
  createAccountDeletion: account,
  deleteAccountDeletion: account,
  createDataExport: account,
  getDataExport: { absent: async (world) => ({ as: world.stranger, path: { exportId: await dataExport(world) } }) },
  exportPersonalData: {
    absent: async (world) => ({ as: world.stranger, path: { exportId: await dataExport(world) } }),
  },
  listAuditEntries: adminsShare,
  listSecurityEvents: {
    leftOut: async ({ user, stranger }) => {
      const { items } = await world.call<{ items: { id: string }[] }>(user, 'GET', '/api/v1/security-events');
      return { as: stranger, owner: user, secret: items[0]?.id ?? 'no event' };
    },
  },
  getWallet: { leftOut: async ({ user, stranger }) => ({ as: stranger, owner: user, secret: '"balance":50' }) },
  listWalletEntries: {
    leftOut: async ({ user, stranger }) => ({ as: stranger, owner: user, secret: 'Nowruz gift' }),
  },
  getWalletReconciliation: adminsShare,
  getCurrencies: { common: 'currencies are the same for everybody' },
  getExchangeRates: { common: 'rates are the same for everybody' },
  listRateHistory: { common: 'rates are the same for everybody' },
  getConversion: { common: 'rates are the same for everybody' },
  getRateProviders: staffShare,
  listRateFetches: staffShare,
  requestRateFetch: staffShare,
  listQuarantinedRates: staffShare,
  releaseQuarantinedRate: staffShare,
  getGames: { common: 'games are the same for everybody' },
  getGame: { common: 'games are the same for everybody' },
  getLeaderboard: { common: 'everybody reads the same board, where players have other names than their accounts' },
  startRound: { own: 'its path names a game, and the round is that of the token' },
  getGameStatistics: { own: 'its path names a game, and the player is that of the token' },
  playRound: { absent: async (world) => ({ as: world.stranger, path: await round(world) }) },
  getRound: { absent: async (world) => ({ as: world.stranger, path: await round(world) }) },
  listRounds: {
    leftOut: async (world) => ({ as: world.stranger, owner: world.user, secret: (await round(world)).roundId }),
  },
  listRewards: { common: 'everybody may buy the same things' },
  getReward: { common: 'everybody may buy the same things' },
  createReward: staffShare,
  updateReward: staffShare,
  createRedemption: account,
  getRedemption: { absent: async (world) => ({ as: world.stranger, path: await redemption(world) }) },
  listRedemptions: {
    leftOut: async (world) => ({
      as: world.stranger,
      owner: world.staff,
      secret: (await redemption(world)).redemptionId,
    }),
  },
  listUserRedemptions: staffShare,
  refundRedemption: staffShare,
  ...inTeams,
  ...inPayments,
  ...foreignOrders,
  listProductTypes: staffShare,
  createProductImport: staffShare,
  getProductImport: staffShare,
  exportProductImportFaults: staffShare,
  exportProducts: staffShare,
  createProductType: staffShare,
  getProductType: staffShare,
  updateProductType: staffShare,
  listProducts: staffShare,
  createProduct: staffShare,
  getProduct: staffShare,
  updateProduct: staffShare,
  deleteProduct: staffShare,
  createVariant: staffShare,
  getVariant: staffShare,
  updateVariant: staffShare,
  deleteVariant: staffShare,
  createCategory: staffShare,
  updateCategory: staffShare,
  deleteCategory: staffShare,
  listStockLocations: staffShare,
  createStockLocation: staffShare,
  getStockLocation: staffShare,
  listStockLevels: staffShare,
  recordStockAdjustment: staffShare,
  recordStockTransfer: staffShare,
  listStockMovements: staffShare,
  createBonusCampaign: staffShare,
  listBonusCampaigns: staffShare,
  getBonusCampaign: staffShare,
  createBonusImport: staffShare,
  listBonusImports: staffShare,
  getBonusImport: staffShare,
  exportBonusImportRejects: staffShare,
  cancelBonusImport: staffShare,
  resumeBonusImport: staffShare,
  getBonusImportEvents: staffShare,
  getBonusSources: staffShare,
  listBonusSourcePolls: staffShare,
  requestBonusSourcePoll: staffShare,
  listMessages: staffShare,
  getMessage: staffShare,
  getMessageCounts: staffShare,
  createNotificationCampaign: staffShare,
  listNotificationCampaigns: staffShare,
  getNotificationCampaign: staffShare,
  pauseNotificationCampaign: staffShare,
  resumeNotificationCampaign: staffShare,
  cancelNotificationCampaign: staffShare,
  listCampaignRecipients: staffShare,
  getCampaignReport: staffShare,
  getAudienceSize: staffShare,
  getMessageQueue: staffShare,
  getMessageFailures: staffShare,
  redriveMessage: adminsShare,
  redriveMessages: adminsShare,
  exportMessages: staffShare,
  getSmsBudget: { shared: 'it is for the services of this installation alone' },
  getMessageProviders: staffShare,
  cancelMessageGroup: adminsShare,
  listSuppressions: staffShare,
  createSuppression: adminsShare,
  getSuppression: staffShare,
  deleteSuppression: adminsShare,
  getNotificationPreferences: account,
  updateNotificationPreferences: account,
  recordSandboxInboundMessage: staffShare,
  sendNotification: staffShare,
  listMessageTemplates: staffShare,
  createMessageTemplate: staffShare,
  getMessageTemplate: staffShare,
  updateMessageTemplate: staffShare,
  deleteMessageTemplate: staffShare,
  publishMessageTemplate: staffShare,
  listTemplateVersions: staffShare,
  createTemplateVersion: staffShare,
  getTemplateVersion: staffShare,
  updateTemplateVersion: staffShare,
  deleteTemplateVersion: staffShare,
  getTemplatePreview: staffShare,
  listSandboxMessages: staffShare,
  getSandboxMessage: staffShare,
  listSandboxErrors: staffShare,
  getSandboxBehaviour: staffShare,
  updateSandboxBehaviour: staffShare,
  getOverview: staffShare,
  getTimeSeries: staffShare,
  getBonusCampaignReport: staffShare,
  getNotificationFunnel: staffShare,
  getGameActivity: staffShare,
  getTopUsers: adminsShare,
  getLiveCounters: staffShare,
  verifyAddress: { own: 'it keeps nothing, and reads nothing that is anybody’s' },
  listFlags: staffShare,
  createFlag: staffShare,
  getFlag: staffShare,
  updateFlag: staffShare,
  deleteFlag: staffShare,
  getFlagExposures: staffShare,
  getOwnFlags: account,
  recordFlagExposure: account,
  listDeadLetters: adminsShare,
  redriveDeadLetters: adminsShare,
  getDeadLetter: adminsShare,
  redriveDeadLetter: adminsShare,
};

/** The user's own export, ready. */
async function dataExport(world: World): Promise<string> {
  const { id } = await world.call<{ id: string }>(world.user, 'POST', '/api/v1/data-exports');
  await world.portico.runJobs();
  return id;
}

/** An open round of the user's. */
async function round(world: World): Promise<{ readonly roundId: string }> {
  return { roundId: (await world.startRound(world.user)).id };
}

/** What one of the staff has bought. */
async function redemption(world: World): Promise<{ readonly redemptionId: string }> {
  await world.giveCoins(world.staff);
  return { redemptionId: await world.redeem(world.staff) };
}

const roles: readonly Role[] = ['user', 'staff', 'admin'];
let world: World;
/** Tokens that are no good, by what is wrong with them. */
let badTokens: Readonly<Record<string, string>>;
/** Real tokens by role. */
let tokens: Readonly<Record<Role, string>>;
/** What the clock shows beyond the present. */
let ahead = 0;

beforeAll(async () => {
  world = await createWorld({ clock: { now: () => new Date(Date.now() + ahead) } });
  tokens = { user: world.user.token, staff: world.staff.token, admin: world.admin.token };
  await world.upload(await world.createCampaign(), [world.phone]);
  await world.portico.runJobs();
  badTokens = await makeBadTokens();
}, 120_000);
afterAll(() => world.close());

async function makeBadTokens(): Promise<Record<string, string>> {
  const { token } = world.admin;
  const [head = '', claims = '', signature = ''] = token.split('.');
  const { header, payload } = jwt.decode(token, { complete: true }) ?? {};
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const forge = (keyid: string): string =>
    jwt.sign({ ...(payload as jwt.JwtPayload) }, privateKey, { algorithm: 'ES256', keyid });
  const account = await world.createAccount();
  ahead = -660_000;
  const expired = await world.logIn(account);
  ahead = 0;
  const revoked = await world.logIn(account);
  await world.call(revoked, 'POST', '/api/v1/auth/logout');
  const unsigned = encode({ alg: 'none', typ: 'JWT', kid: header?.kid });
  const keySet = await (await world.portico.request('GET', '/.well-known/jwks.json')).text();
  return {
    'no token': '',
    garbage: 'Bearer garbage',
    'three parts of garbage': 'Bearer aaaa.bbbb.cccc',
    'another scheme': `Basic ${Buffer.from('admin@portico.example:portico-demo-admin').toString('base64')}`,
    'a token without its scheme': token,
    'a token without signature': `Bearer ${unsigned}.${claims}.`,
    'a cut signature': `Bearer ${token.slice(0, -4)}`,
    'other claims under the signature': `Bearer ${head}.${encode({ ...(payload as object), sub: newId() })}.${signature}`,
    'our kid, another key': `Bearer ${forge(header?.kid ?? '')}`,
    'the public key as a password': `Bearer ${hmacSigned(head, claims, keySet)}`,
    'an unknown kid': `Bearer ${forge('unknown')}`,
    'an expired token': `Bearer ${expired.token}`,
    'the token of an ended session': `Bearer ${revoked.token}`,
  };
}

/** The confusion attack: an HMAC whose password is what everybody may read. */
function hmacSigned(head: string, claims: string, secret: string): string {
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
  const forged = `${encode({ alg: 'HS256', typ: 'JWT', kid })}.${claims}`;
  return `${forged}.${createHmac('sha256', secret).update(forged).digest('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** A request that gets past authorization exactly if that lets it, and then no further: nothing is ever changed by it. */
function knock(route: Route, authorization: string): Promise<Response> {
  const path = `${pathOf(route)}?no-such-parameter=1`;
  return world.portico.request(route.method, path, authorization === '' ? {} : { headers: { authorization } });
}

/** Scopes of a machine client that may do some of what clients may. */
const clientScopes = ['campaigns:read', 'imports:write', 'users:read'];
let issued: Promise<string> | undefined;

/** A real token of a real machine client. */
function clientToken(): Promise<string> {
  issued ??= world.createClient(clientScopes).then(({ token }) => token());
  return issued;
}

async function codeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { code: string }).code;
}

test('every operation has its case', () => {
  const listed = [...Object.keys(publicOperations), ...Object.keys(foreign)];
  expect(listed.toSorted()).toEqual(routes.map(({ operationId }) => operationId).toSorted());
});

const open = routes.filter(({ scopes }) => scopes === null);
const closed = routes.filter(({ scopes }) => scopes !== null);

describe.each(open.map((route): [string, Route] => [route.operationId, route]))('%s (public)', (operationId, route) => {
  test('is public for a reason', () => expect(publicOperations[operationId as Public]).toBeTruthy());

  test.each(['', 'Bearer garbage'])('does not look at the token: "%s"', async (authorization) => {
    const answer = await knock(route, authorization);
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'validation-failed']);
  });
});

describe.each(closed.map((route): [string, Route] => [route.operationId, route]))('%s', (operationId, route) => {
  const scopes = route.scopes ?? [];

  test('refuses every token that is no good, always alike', async () => {
    const answers: Record<string, unknown> = {};
    for (const [what, authorization] of Object.entries(badTokens)) {
      const answer = await knock(route, authorization);
      const { status, code, detail } = (await answer.json()) as { status: number; code: string; detail: string };
      const challenge = answer.headers.get('www-authenticate');
      answers[what] = { status: answer.status, body: { status, code, detail }, challenge };
    }
    const first = answers['no token'];
    expect(first).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
      challenge: expect.stringMatching(/^Bearer/),
    });
    expect(answers).toEqual(Object.fromEntries(Object.keys(badTokens).map((what) => [what, first])));
  });

  test.each(roles)('lets the role %s in exactly if it has the scopes', async (role) => {
    const answer = await knock(route, `Bearer ${tokens[role]}`);
    const mayCall = scopes.every((scope) => scopesOf([role]).has(scope));
    expect([answer.status, await codeOf(answer)]).toEqual(
      mayCall ? [400, 'validation-failed'] : [403, 'insufficient-scope'],
    );
  });

  test(route.clients ? 'lets a machine client in that has the scopes' : 'is for people only', async () => {
    const answer = await knock(route, `Bearer ${await clientToken()}`);
    const granted = scopes.every((scope) => clientScopes.includes(scope));
    expect([answer.status, await codeOf(answer)]).toEqual(
      !route.clients ? [403, 'person-required'] : granted ? [400, 'validation-failed'] : [403, 'insufficient-scope'],
    );
  });

  test.each(scopes)('demands %s, whatever else the token has', async (scope) => {
    const others = [...scopesOf(['admin'])].filter((other) => other !== scope);
    const answer = await knock(route, `Bearer ${world.portico.tokenFor({ role: 'admin', scopes: others })}`);
    expect([answer.status, await codeOf(answer)]).toEqual([403, 'insufficient-scope']);
    expect(answer.headers.get('www-authenticate')).toContain(`scope="${scopes.join(' ')}"`);
  });

  test("keeps to the caller's own things", () =>
    checkForeign(routeOf(operationId as Protected), foreign[operationId as Protected]));
});

const examples = new Map(resolvedOperations(readDocument()).map(({ operationId, example }) => [operationId, example]));

/** A valid body and If-Match, where the operation takes them: what is foreign is all that is wrong. */
function validRest({ operationId, requestBody, ifMatch }: Route): Pick<TestRequest, 'body' | 'headers'> {
  const match: Record<string, string> = ifMatch === 'required' ? { 'if-match': '*' } : {};
  if (requestBody === null) return { headers: match };
  const [declared] = requestBody.content;
  const headers = { ...match, 'content-type': declared?.mediaType ?? 'application/json' };
  return { body: examples.get(operationId), headers };
}

async function checkForeign(route: Route, rule: Foreign): Promise<void> {
  if ('own' in rule) {
    // A word from a list names nothing of anybody's.
    const path = route.path.replace('{gameId}', 'dice').replace('{currency}/{salesChannel}', 'EUR/web');
    expect(path).not.toContain('{');
  } else if ('common' in rule) {
    expect(route.method).toBe('GET');
  } else if ('shared' in rule) {
    // What ordinary users may call is never shared.
    expect(route.scopes?.every((scope) => scopesOf(['user']).has(scope))).toBe(false);
  } else if ('absent' in rule) {
    const { as, path } = await rule.absent(world);
    const answers = [pathOf(route, path), pathOf(route)].map((url) =>
      world.portico.request(route.method, url, { token: as.token, ...validRest(route) }),
    );
    const [foreignOne, madeUp] = await Promise.all(
      answers.map(async (pending) => {
        const answer = await pending;
        const { code, detail } = (await answer.json()) as { code: string; detail?: string };
        return { status: answer.status, code, detail };
      }),
    );
    expect(foreignOne).toMatchObject({ status: 404, code: 'not-found' });
    // Not even by its words does the answer tell that it exists.
    expect(foreignOne).toEqual(madeUp);
  } else {
    const { as, owner, secret } = await rule.leftOut(world);
    const read = async ({ token }: Person): Promise<string> =>
      (await world.portico.request(route.method, pathOf(route), { token })).text();
    expect(await read(owner)).toContain(secret);
    expect(await read(as)).not.toContain(secret);
  }
}
