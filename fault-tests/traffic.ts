import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { demoAccounts } from '../src/contexts/identity/index.ts';
import { demoPhone } from '../src/shared/demo-phone.ts';
import type { Answer, Client } from './client.ts';
import type { Promises } from './promises.ts';
import type { Random } from './random.ts';

export interface TrafficOptions {
  readonly client: Client;
  readonly promises: Promises;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** What no fault explains is written here. */
  readonly unexplained: string[];
  /** Codes of refusals that what happens explains. Default: none. */
  readonly explained?: readonly string[];
}

/** Demo people whose numbers stand in files. */
const PEOPLE = 5_000;
/** Milliseconds in which a refresh token may be repeated; a little less than the contract's ten seconds. */
const GRACE = 9_000;
/** Milliseconds. */
const PATIENCE = 20_000;
const password = 'quiet rivers carry old songs';

/** Runs mixed traffic until the signal: each worker is one client that does its work over and over. */
export async function runTraffic(options: TrafficOptions): Promise<void> {
  const staff = createLogIn(options, 'staff');
  const user = createLogIn(options, 'user');
  const works = [
    ...Array.from({ length: 3 }, () => () => importNumbers(options, staff)),
    ...Array.from({ length: 2 }, () => () => repeatKeyed(options, staff)),
    ...Array.from({ length: 6 }, () => () => register(options, staff)),
    ...Array.from({ length: 3 }, () => () => readWallet(options, user)),
  ];
  await Promise.all(
    works.map(async (work) => {
      while (!options.signal.aborted) {
        await work();
        await pause(options.random.between(20, 400));
      }
    }),
  );
}

/** A token of a demo account, taken anew when it has run out. */
function createLogIn({ client, signal }: TrafficOptions, role: 'staff' | 'user') {
  const account = demoAccounts.find((candidate) => candidate.role === role);
  let token: Promise<string | undefined> | undefined;
  const logIn = async (): Promise<string | undefined> => {
    const body = { email: account?.email, password: account?.password };
    const answer = await client.untilAnswered({ method: 'POST', path: '/api/v1/auth/login', body }, signal);
    return (answer?.body as { token?: string } | undefined)?.token;
  };
  return {
    token: () => (token ??= logIn()),
    renew: () => void (token = undefined),
  };
}

type LogIn = ReturnType<typeof createLogIn>;

/** Calls as this account until there is an answer, with a new token when the old one ran out. */
async function callAs(
  { client, signal }: TrafficOptions,
  logIn: LogIn,
  call: Parameters<Client['once']>[0],
): Promise<Answer | undefined> {
  for (;;) {
    const token = await logIn.token();
    if (token === undefined) return undefined;
    const answer = await client.untilAnswered({ ...call, token }, signal);
    if (answer?.status !== 401) return answer;
    logIn.renew();
  }
}

function expectStatus(
  { unexplained, explained = [] }: TrafficOptions,
  what: string,
  answer: Answer,
  allowed: readonly number[],
): boolean {
  if (allowed.includes(answer.status)) return true;
  const { code } = (answer.body ?? {}) as { code?: string };
  if (code !== undefined && explained.includes(code)) return false;
  unexplained.push(`${what} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return false;
}

interface Created {
  readonly id: string;
  readonly createdAt: string;
}

async function createCampaign(options: TrafficOptions, logIn: LogIn): Promise<Created | undefined> {
  const key = randomUUID();
  const name = `Faults ${key}`;
  options.promises.begun.add(name);
  const body = { name, coins: 5, periodPolicy: 'once', messageTemplate: 'You got {coins} coins', defaultRegion: 'IR' };
  const headers = { 'idempotency-key': `"${key}"` };
  const answer = await callAs(options, logIn, { method: 'POST', path: '/api/v1/bonus-campaigns', body, headers });
  if (answer === undefined || !expectStatus(options, 'createBonusCampaign', answer, [201])) return undefined;
  const created = answer.body as Created;
  options.promises.campaigns.push({ name, id: created.id, key });
  return created;
}

/** A file of numbers, sent again until it is taken; every number in it must be paid once. */
async function importNumbers(options: TrafficOptions, logIn: LogIn): Promise<void> {
  const { random, promises } = options;
  const campaign = await createCampaign(options, logIn);
  if (campaign === undefined) return;
  const { id: campaignId, createdAt: windowStart } = campaign;
  const from = random.between(0, PEOPLE - 1);
  const phones = Array.from({ length: random.between(20, 300) }, (_, n) => demoPhone((from + n) % PEOPLE));
  const answer = await callAs(options, logIn, {
    method: 'POST',
    path: `/api/v1/bonus-campaigns/${campaignId}/imports?windowStart=${encodeURIComponent(windowStart)}`,
    headers: { 'content-type': 'text/csv' },
    body: `mobile\n${[...phones, ...phones.slice(0, 10)].join('\n')}\n`,
  });
  if (answer === undefined || !expectStatus(options, 'createBonusImport', answer, [200, 202])) return;
  promises.imports.push({ id: (answer.body as { id: string }).id, campaignId, phones });
}

/** An answered command, sent again under its key: the answer must be the same one. */
async function repeatKeyed(options: TrafficOptions, logIn: LogIn): Promise<void> {
  const { promises, random } = options;
  await createCampaign(options, logIn);
  const earlier = promises.campaigns[random.between(0, promises.campaigns.length - 1)];
  if (earlier === undefined) return;
  const { name, key, id } = earlier;
  const body = { name, coins: 5, periodPolicy: 'once', messageTemplate: 'You got {coins} coins', defaultRegion: 'IR' };
  const headers = { 'idempotency-key': `"${key}"` };
  const answer = await callAs(options, logIn, { method: 'POST', path: '/api/v1/bonus-campaigns', body, headers });
  if (answer === undefined || !expectStatus(options, 'a repetition', answer, [201])) return;
  const again = (answer.body as { id: string }).id;
  if (again !== id) options.unexplained.push(`the key ${key} gave ${id} first and ${again} later`);
}

/** Signs up, confirms with the token from the sandbox's mailbox, logs in, and renews the session a few times. */
async function register(options: TrafficOptions, staff: LogIn): Promise<void> {
  const { client, signal, promises, random } = options;
  const email = `fault-${randomUUID()}@example.com`;
  const body = { email, password, gender: 'other', age: 30 };
  const taken = await client.untilAnswered({ method: 'POST', path: '/api/v1/auth/register', body }, signal);
  if (taken === undefined || !expectStatus(options, 'createRegistration', taken, [200])) return;
  const token = await readToken(options, staff, email);
  if (token === undefined) return;
  const confirmed = await client.untilAnswered(
    { method: 'POST', path: '/api/v1/auth/verify-email', body: { token } },
    signal,
  );
  // A token is consumed once: when the first answer was lost, the repetition is refused.
  if (confirmed === undefined || !expectStatus(options, 'verifyEmail', confirmed, [200, 409])) return;
  promises.accounts.push({ email, password });
  const begun = await client.untilAnswered(
    { method: 'POST', path: '/api/v1/auth/login', body: { email, password } },
    signal,
  );
  if (begun === undefined || !expectStatus(options, 'createSession', begun, [200])) return;
  const session = begun.body as { sessionId: string; refreshToken: string };
  promises.sessions.set(session.sessionId, session.refreshToken);
  for (let n = random.between(1, 6); n > 0 && !signal.aborted; n -= 1) {
    if (!(await renew(options, session.sessionId))) return;
    await pause(random.between(5, 200));
  }
}

async function readToken(options: TrafficOptions, staff: LogIn, email: string): Promise<string | undefined> {
  const path = `/api/v1/sandbox/messages?limit=1&address=${encodeURIComponent(email)}`;
  // A mail that a dead worker had claimed leaves two minutes later; nobody waits for it here.
  const deadline = performance.now() + PATIENCE;
  while (!options.signal.aborted && performance.now() < deadline) {
    const answer = await callAs(options, staff, { method: 'GET', path });
    const [mail] = (answer?.body as { items?: { text: string }[] } | undefined)?.items ?? [];
    const token = /^[\w-]{43}$/m.exec(mail?.text ?? '')?.[0];
    if (token !== undefined) return token;
    await pause(100);
  }
  return undefined;
}

/** One renewal, repeated with the same token while it stays without an answer. @returns whether the session goes on */
async function renew({ client, promises, unexplained, signal }: TrafficOptions, sessionId: string): Promise<boolean> {
  const refreshToken = promises.sessions.get(sessionId);
  const firstTry = performance.now();
  const call = { method: 'POST', path: '/api/v1/auth/refresh', body: { refreshToken } } as const;
  while (!signal.aborted) {
    const answer = await client.once(call);
    if (answer?.status === 200) {
      promises.sessions.set(sessionId, (answer.body as { refreshToken: string }).refreshToken);
      return true;
    }
    const late = performance.now() - firstTry > GRACE;
    if (late || answer?.status === 401) {
      // After the grace a repetition ends the session, as the contract says; before it that would be a broken promise.
      if (!late) unexplained.push(`a session ended within the grace: ${JSON.stringify(answer?.body)}`);
      promises.sessions.delete(sessionId);
      return false;
    }
    await pause(50);
  }
  // Not known whether the last try took effect.
  promises.sessions.delete(sessionId);
  return false;
}

async function readWallet(options: TrafficOptions, user: LogIn): Promise<void> {
  const answer = await callAs(options, user, { method: 'GET', path: '/api/v1/wallet' });
  if (answer !== undefined) expectStatus(options, 'getWallet', answer, [200]);
}
