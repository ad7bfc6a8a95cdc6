import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '../../src/shared/id.ts';
import { openConnection } from './connection.ts';
import type { Answer, Call, Connection } from './connection.ts';
import type { Person } from './people.ts';

/** Hears of every call that was made; `failure` is the status that was not expected, or why the connection broke. */
export type Listener = (kind: string, failure: string | undefined, milliseconds: number) => void;

/** Everybody has come by then. */
export const ARRIVAL_MILLISECONDS = 10_000;

interface Tokens {
  readonly token: string;
  readonly refreshToken: string;
}

interface Visit extends Person {
  readonly connection: Connection;
  readonly heard: Listener;
  tokens: Tokens;
  /** A campaign the last list showed. */
  campaignId: string | undefined;
}

type Action = readonly [weight: number, kind: string, act: (visit: Visit) => Promise<unknown>];

const get = (kind: string, path: string) => (visit: Visit) => call(visit, kind, 200, { method: 'GET', path });

/** In a thousand: what people with an app do. One in five hundred logs in anew, which costs a fifth of a second of CPU. */
const userActions: readonly Action[] = [
  [330, 'wallet', get('wallet', '/wallet')],
  [248, 'profile', get('profile', '/auth/me')],
  [200, 'wallet entries', get('wallet entries', '/wallet/entries?limit=20')],
  [70, 'sessions', get('sessions', '/sessions')],
  [50, 'security events', get('security events', '/security-events?limit=20')],
  [50, 'profile change', changeProfile],
  [50, 'refresh', renew],
  [2, 'log-in', logIn],
];

const staffActions: readonly Action[] = [
  [400, 'campaigns', listCampaigns],
  [290, 'campaign', (visit) => readCampaign(visit, 'campaign', '')],
  [150, 'imports', (visit) => readCampaign(visit, 'imports', '/imports?limit=20')],
  [100, 'new campaign', createCampaign],
  [60, 'refresh', renew],
];

/** Comes with a refresh token, then acts and thinks for 0.5 to 2 s in turn, until the signal aborts. */
export async function visit(base: string, person: Person, heard: Listener, signal: AbortSignal): Promise<void> {
  const connection = openConnection(base);
  const visitor: Visit = { ...person, connection, heard, tokens: { token: '', ...person }, campaignId: undefined };
  try {
    // Nobody comes at the same moment as everybody else.
    await think(Math.random() * ARRIVAL_MILLISECONDS, signal);
    await renew(visitor);
    for (;;) {
      await think(500 + Math.random() * 1_500, signal);
      if (signal.aborted) return;
      await choose(person.role === 'staff' ? staffActions : userActions)(visitor);
    }
  } finally {
    connection.close();
  }
}

async function think(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => undefined);
}

function choose(actions: readonly Action[]): Action[2] {
  let left = Math.random() * actions.reduce((sum, [weight]) => sum + weight, 0);
  const chosen = actions.find(([weight]) => (left -= weight) < 0) ?? actions[0];
  if (chosen === undefined) throw new Error('There is nothing to do.');
  return chosen[2];
}

/** @returns the answer, when it is the expected one; whoever listens hears of all of them */
async function call(visit: Visit, kind: string, expected: number, asked: Call): Promise<Answer | undefined> {
  const began = performance.now();
  try {
    const headers = { authorization: `Bearer ${visit.tokens.token}`, ...asked.headers };
    const answer = await visit.connection.send({ ...asked, headers });
    const failed = answer.status !== expected;
    visit.heard(kind, failed ? String(answer.status) : undefined, answer.milliseconds);
    return failed ? undefined : answer;
  } catch (error) {
    visit.heard(kind, String(error), performance.now() - began);
    return undefined;
  }
}

async function renew(visit: Visit): Promise<void> {
  const { refreshToken } = visit.tokens;
  const answer = await call(visit, 'refresh', 200, { method: 'POST', path: '/auth/refresh', body: { refreshToken } });
  if (answer !== undefined) visit.tokens = answer.body as Tokens;
}

async function logIn(visit: Visit): Promise<void> {
  const { phone, password } = visit;
  const answer = await call(visit, 'log-in', 200, {
    method: 'POST',
    path: '/auth/login/phone',
    body: { phone, password },
  });
  if (answer !== undefined) visit.tokens = answer.body as Tokens;
}

async function changeProfile(visit: Visit): Promise<void> {
  const seen = await call(visit, 'profile', 200, { method: 'GET', path: '/auth/me' });
  await call(visit, 'profile change', 200, {
    method: 'PUT',
    path: '/users/profile',
    headers: seen?.etag === undefined ? {} : { 'if-match': seen.etag },
    body: { gender: 'undisclosed', age: 18 + Math.floor(Math.random() * 60) },
  });
}

async function listCampaigns(visit: Visit): Promise<void> {
  const answer = await call(visit, 'campaigns', 200, { method: 'GET', path: '/bonus-campaigns?limit=20' });
  const page = answer?.body as { readonly items: readonly { readonly id: string }[] } | undefined;
  visit.campaignId = page?.items[0]?.id;
}

async function readCampaign(visit: Visit, kind: string, rest: string): Promise<void> {
  if (visit.campaignId === undefined) return listCampaigns(visit);
  await call(visit, kind, 200, { method: 'GET', path: `/bonus-campaigns/${visit.campaignId}${rest}` });
}

async function createCampaign(visit: Visit): Promise<void> {
  await call(visit, 'new campaign', 201, {
    method: 'POST',
    path: '/bonus-campaigns',
    headers: { 'idempotency-key': newId() },
    body: {
      name: 'Bench',
      coins: 50,
      periodPolicy: 'once',
      messageTemplate: 'You got {coins} coins from {campaign}.',
      defaultRegion: 'IR',
    },
  });
}
