import type { Handlers, Schema } from '../../contract/handlers.ts';
import type { LoginOutcome } from './begin-login.ts';
import type { SessionTokens } from './begin-session.ts';
import { done, sessionBody, userBody } from './bodies.ts';
import { completeSession } from './complete-session.ts';
import { createCodeSession } from './create-code-session.ts';
import { createPhoneSession, createSession } from './create-session.ts';
import { deleteCurrentSession, deleteSession } from './delete-session.ts';
import type { IdentityParts } from './dependencies.ts';
import { listSessions } from './list-sessions.ts';
import { renewSession } from './renew-session.ts';

type Sessions =
  | 'createSession'
  | 'createPhoneSession'
  | 'createCodeSession'
  | 'completeSession'
  | 'renewSession'
  | 'deleteCurrentSession'
  | 'listSessions'
  | 'deleteSession'
  | 'getKeySet';

/** Logging in and out, and the keys that verify tokens. */
export function createSessionOperations(parts: IdentityParts): Handlers<Sessions> {
  return {
    async createSession({ body }, { ip, signal }) {
      return loginResult(await createSession(parts, { ...body, device: body.device, ip, signal }));
    },
    async createPhoneSession({ body }, { ip, signal }) {
      return loginResult(await createPhoneSession(parts, { ...body, device: body.device, ip, signal }));
    },
    async createCodeSession({ body }, { ip }) {
      return loginResult(await createCodeSession(parts, { ...body, device: body.device, ip }));
    },
    async completeSession({ body }) {
      return tokensResult(await completeSession(parts, body));
    },
    async renewSession({ body }, { signal }) {
      return tokensResult(await renewSession(parts, { ...body, signal }));
    },
    async deleteCurrentSession(_input, { principal }) {
      await deleteCurrentSession(parts, principal);
      return { status: 200, body: done('You are logged out.') };
    },
    async listSessions({ query }, { principal }) {
      const { userId, sessionId } = principal;
      const page = await listSessions(parts, { userId, limit: query.limit, cursor: query.cursor });
      return { status: 200, body: { ...page, items: page.items.map((session) => sessionBody(session, sessionId)) } };
    },
    async deleteSession({ path }, { principal }) {
      await deleteSession(parts, { userId: principal.userId, sessionId: path.sessionId });
      return { status: 204 };
    },
    getKeySet() {
      const keys = parts.signingKeys.list().map((key) => ({ ...key, alg: 'ES256', use: 'sig' }) as const);
      return Promise.resolve({ status: 200, headers: { 'Cache-Control': 'public, max-age=300' }, body: { keys } });
    },
  };
}

function loginResult(outcome: LoginOutcome) {
  if (!('challenge' in outcome)) return tokensResult(outcome);
  const { challenge, expiresIn } = outcome;
  const headers = { 'Cache-Control': 'no-store', Location: '/api/v1/auth/login/second-factor' } as const;
  return { status: 202, headers, body: { challenge, expiresIn } } as const;
}

/** What a begun session answers, whichever way it began. */
export function tokensResult({ accessToken, expiresIn, refreshToken, sessionId, account }: SessionTokens) {
  const body: Schema<'SessionTokens'> = {
    token: accessToken,
    tokenType: 'Bearer',
    expiresIn,
    refreshToken,
    sessionId,
    user: userBody(account),
  };
  return { status: 200, headers: { 'Cache-Control': 'no-store' }, body } as const;
}
