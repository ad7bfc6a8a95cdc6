/** The people and things that the walks through the contract act on, made through the API where it can make them. */
import { demoAccounts } from '../../src/contexts/identity/index.ts';
import { createSandboxErrors } from '../../src/contexts/platform/index.ts';
import { seedMembers } from '../../src/contexts/rewards/index.ts';
import { statement } from '../../src/database/transaction.ts';
import { recordDeadLetters } from '../../src/jobs/dead-letters.ts';
import type { ErrorReport } from '../../src/ports/error-tracker.ts';
import { newId } from '../../src/shared/id.ts';
import { startPortico } from '../../src/testing/portico.ts';
import type { TestPortico, TestPorticoOptions } from '../../src/testing/portico.ts';
import { good } from './answers.ts';
import { createMachineClient } from './machine-client.ts';
import type { MachineClient } from './machine-client.ts';
import { beginSocialLink } from './social-challenge.ts';

export interface Person {
  readonly userId: string;
  readonly sessionId: string;
  readonly token: string;
}

export interface World {
  readonly portico: TestPortico;
  readonly admin: Person;
  readonly staff: Person;
  readonly user: Person;
  /** Another user, with nothing in common with the first. */
  readonly stranger: Person;
  /** The user's verified phone, E.164. */
  readonly phone: string;
  logIn(account: Account): Promise<Person>;
  /** @throws when the answer is not 2xx. */
  call<Body>(person: Person, method: string, path: string, init?: CallOptions): Promise<Body>;
  createAccount(): Promise<Account>;
  createCampaign(): Promise<string>;
  /** Uploads a file of these numbers; it is credited by `runJobs`. @returns the import's id. */
  upload(campaignId: string, numbers: readonly string[]): Promise<string>;
  createSuppression(): Promise<string>;
  /** What `createNotificationCampaign` takes: a campaign by SMS to everybody, from a published template. */
  notificationCampaign(): Promise<Readonly<Record<string, unknown>>>;
  /** A campaign with that plan; `runJobs` runs it. @returns its id */
  createNotificationCampaign(): Promise<string>;
  /** A template for SMS with a draft, which `publish` publishes. */
  createTemplate(publish?: boolean): Promise<MadeTemplate>;
  /** A challenge for linking somebody new, at the sandbox provider, to this person's account; what is linked there goes. */
  socialChallenge(person: Person): Promise<string>;
  /** @returns the id of the identity that is linked to the person's account now */
  linkIdentity(person: Person): Promise<string>;
  /** @param scopes default: campaigns:read */
  createClient(scopes?: readonly string[]): Promise<MachineClient>;
  /** A message that the vendor refused for good. @returns its id */
  createDeadMessage(): Promise<string>;
  /** @returns the ids of all open dead letters, the newest first. */
  createDeadLetter(): Promise<readonly string[]>;
  /** An open round of dice, after the person has played the one before. */
  startRound(person: Person): Promise<{ readonly id: string; readonly roundToken: string }>;
  /** Starts rounds of dice and plays them. */
  playRounds(person: Person, count: number): Promise<void>;
  createReward(): Promise<string>;
  /** Gives a person 50 coins. */
  giveCoins(person: Person): Promise<void>;
  /** Redeems one coin. @returns the redemption's id. */
  redeem(person: Person): Promise<string>;
  /** Tells the sandbox error tracker of an error. */
  failUnexpectedly(): Promise<void>;
  close(): Promise<void>;
}

export interface Account {
  readonly email: string;
  readonly password: string;
}

export interface MadeTemplate {
  readonly templateId: string;
  readonly versionId: string;
  readonly key: string;
}

interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const openWallet = statement(
  'walks.open_wallet',
  `insert into rewards.accounts (id, kind) values ($1, 'wallet') on conflict do nothing`,
);
const giveCoins = statement(
  'walks.give_coins',
  `insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id)
   values ($3, 50, 'spend', $1), ($2, -50, 'spend', $1)`,
);

const seededError: Omit<ErrorReport, 'at'> = {
  name: 'TypeError',
  message: 'seeded',
  stack: '',
  fatal: false,
  operation: null,
  job: null,
  requestId: null,
  correlationId: null,
  traceparent: null,
  userId: null,
};

const wellBehaved = {
  ...{ failRate: 0, rejectRate: 0, loseAnswerRate: 0, undeliveredRate: 0, loseReportRate: 0 },
  ...{ sendDelayMilliseconds: 0, reportDelayMilliseconds: 0 },
};

const password = 'quiet rivers carry old songs';
let made = 0;

const sources = Array.from({ length: 20 }, (_, n) => `branches-${n}`);
let asked = 0;

/** Another source of numbers each time. Every look at one fails: no campaign has its id. */
export function nextSource(): string {
  return sources[(asked += 1) % sources.length] ?? '';
}

export async function createWorld(options: TestPorticoOptions = {}): Promise<World> {
  const configured = sources.map((name) => `${name}=${newId()}@/nowhere`).join();
  const portico = await startPortico({
    ...options,
    environment: { BONUS_SOURCES: configured, ...options.environment },
  });
  const { database, identity } = portico.portico;
  await database.transaction(async (tx) => seedMembers(tx, await identity.seedDemo(tx, { people: 10 })));

  const logIn: World['logIn'] = async ({ email, password: secret }) => {
    const answer = await portico.request('POST', '/api/v1/auth/login', { body: { email, password: secret } });
    const { token, sessionId, user } = await good<{ token: string; sessionId: string; user: { id: string } }>(answer);
    return { token, sessionId, userId: user.id };
  };
  const call: World['call'] = async (person, method, path, init = {}) =>
    good(await portico.request(method, path, { token: person.token, ...init }));
  const demo = (role: string): Promise<Person> =>
    logIn(demoAccounts.find((account) => account.role === role) ?? nobody(role));

  const [admin, staff, user] = [await demo('admin'), await demo('staff'), await demo('user')];
  const createAccount: World['createAccount'] = async () => {
    const email = `person-${(made += 1)}@walks.example`;
    const account = { email, password, gender: 'other', age: 30 };
    await good(await portico.request('POST', '/api/v1/auth/register', { body: account }));
    await portico.runJobs();
    const path = `/api/v1/sandbox/messages?limit=1&address=${encodeURIComponent(email)}`;
    const { items } = await call<{ items: { text: string }[] }>(admin, 'GET', path);
    const token = /^[\w-]{43}$/m.exec(items[0]?.text ?? '')?.[0];
    await good(await portico.request('POST', '/api/v1/auth/verify-email', { body: { token } }));
    return { email, password };
  };

  const createTemplate: World['createTemplate'] = async (publish = false) => {
    const key = `walks.n${(made += 1)}`;
    const body = { key, channel: 'sms', category: 'promotions', description: 'Made by a walk.' };
    const { id: templateId } = await call<{ id: string }>(staff, 'POST', '/api/v1/message-templates', { body });
    const path = `/api/v1/message-templates/${templateId}`;
    const { id: versionId } = await call<{ id: string }>(staff, 'POST', `${path}/versions`, {
      body: templateSource('Hello {{name}}.'),
    });
    if (publish) await call(staff, 'POST', `${path}/publish`, { headers: { 'if-match': '*' }, body: { versionId } });
    return { templateId, versionId, key };
  };
  const notificationCampaign: World['notificationCampaign'] = async () => {
    const { key } = await createTemplate(true);
    return {
      ...{ name: `Campaign ${(made += 1)}`, channel: 'sms', templateKey: key, templateVersion: 1 },
      ...{ variables: [{ name: 'name', type: 'string', value: 'you' }], segment: { countries: ['IR'] } },
    };
  };
  const createCampaign: World['createCampaign'] = async () => {
    const body = {
      name: 'Nowruz gift',
      coins: 50,
      periodPolicy: 'once',
      messageTemplate: 'You got {coins} coins from {campaign}.',
      defaultRegion: 'IR',
    };
    return (await call<{ id: string }>(staff, 'POST', '/api/v1/bonus-campaigns', { body })).id;
  };
  const startRound: World['startRound'] = (person) => call(person, 'POST', '/api/v1/games/dice/rounds');
  const createReward: World['createReward'] = async () => {
    const body = { name: `Reward ${(made += 1)}`, description: 'One of them.', cost: 1, stock: 1_000 };
    return (await call<{ id: string }>(staff, 'POST', '/api/v1/rewards', { body })).id;
  };

  return {
    ...{ portico, admin, staff, user, logIn, call, createAccount, createTemplate, notificationCampaign },
    ...{ createCampaign, startRound, createReward },
    async playRounds(person, count) {
      for (let round = 0; round < count; round += 1) {
        const { id, roundToken } = await startRound(person);
        const body = { roundToken, clientSeed: 'walk', choices: { game: 'dice', number: 3 } };
        await call(person, 'POST', `/api/v1/game-rounds/${id}/play`, { body });
      }
    },
    async giveCoins({ userId }) {
      // Nobody but the user has a phone that a campaign could pay.
      const campaign = await createCampaign();
      await portico.owner.transaction(async (tx) => {
        await tx.query(openWallet, [userId]);
        await tx.query(giveCoins, [newId(), campaign, userId]);
      });
    },
    async redeem(person) {
      const body = { rewardId: await createReward(), coins: 1 };
      return (await call<{ id: string }>(person, 'POST', '/api/v1/redemptions', { body })).id;
    },
    stranger: await logIn(await createAccount()),
    phone: demoAccounts.find(({ role }) => role === 'user')?.phone ?? nobody('user'),
    async upload(campaignId, numbers) {
      const headers = { 'content-type': 'text/csv' };
      const body = `phone\n${numbers.join('\n')}\n`;
      const path = `/api/v1/bonus-campaigns/${campaignId}/imports`;
      return (await call<{ id: string }>(staff, 'POST', path, { headers, body })).id;
    },
    async createSuppression() {
      const address = `person-${(made += 1)}@walks.example`;
      const body = { channel: 'email', address, category: 'marketing', reason: 'asked for it' };
      return (await call<{ id: string }>(admin, 'POST', '/api/v1/suppressions', { body })).id;
    },
    async createNotificationCampaign() {
      const body = await notificationCampaign();
      return (await call<{ id: string }>(staff, 'POST', '/api/v1/notification-campaigns', { body })).id;
    },
    createClient: (scopes = ['campaigns:read']) => createMachineClient({ portico, call, admin }, scopes),
    socialChallenge: (person) => beginSocialLink({ portico, call }, person),
    async linkIdentity(person) {
      const body = { challenge: await beginSocialLink({ portico, call }, person) };
      return (await call<{ id: string }>(person, 'POST', '/api/v1/social-identities', { body })).id;
    },
    async createDeadMessage() {
      const path = '/api/v1/sandbox/behaviours/sms';
      const behave = (rejectRate: number): Promise<unknown> =>
        call(staff, 'PUT', path, { headers: { 'if-match': '*' }, body: { ...wellBehaved, rejectRate } });
      const [groupId, address] = [newId(), `+98936${String((made += 1)).padStart(7, '0')}`];
      const request = { dedupeKey: groupId, groupId, channel: 'sms', class: 'marketing', address, text: 'Hi' } as const;
      await behave(1);
      await database.transaction((tx) => portico.portico.notifications.queueMessages(tx, [request]));
      await portico.runJobs();
      await behave(0);
      const dead = await call<{ items: { id: string }[] }>(
        staff,
        'GET',
        `/api/v1/messages?groupId=${groupId}&state=dead`,
      );
      const [message] = dead.items;
      if (message === undefined) throw new Error('The vendor refused nothing.');
      return message.id;
    },
    async createDeadLetter() {
      // The API has no way to make work fail for good.
      const failure = { task: 'resendMessage', ref: newId(), reason: 'invalid-number', payload: {}, attempts: 1 };
      await portico.owner.transaction((tx) => recordDeadLetters(tx, [failure]));
      const { items } = await call<{ items: { id: string }[] }>(
        admin,
        'GET',
        '/api/v1/dead-letters?open=true&limit=100',
      );
      return items.map(({ id }) => id);
    },
    async failUnexpectedly() {
      // The API has no way to make a defect.
      const store = createSandboxErrors(portico.portico.database);
      await store.keep([{ ...seededError, at: new Date() }]);
    },
    close: () => portico.close(),
  };
}

/** What a version says, in English. */
export function templateSource(text: string): Readonly<Record<string, unknown>> {
  return {
    defaultLocale: 'en',
    variables: [{ name: 'name', type: 'string', sample: 'Sara' }],
    contents: [{ locale: 'en', text }],
  };
}

/** What makes a message of a template that `createTemplate` has made, beside its key. */
export const notification = {
  recipient: { kind: 'phone', phone: '+989350000001' },
  variables: [{ name: 'name', type: 'string', value: 'Sara' }],
};

function nobody(role: string): never {
  throw new Error(`there is no demo account with the role ${role}`);
}
