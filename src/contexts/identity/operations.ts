import type { ContextHandlers, Schema } from '../../contract/handlers.ts';
import { etagOf } from '../../shared/etag.ts';
import type { Account } from './account.ts';
import type { SessionTokens } from './begin-session.ts';
import { completePasswordReset } from './complete-password-reset.ts';
import { completePhoneChange } from './complete-phone-change.ts';
import { completePhonePasswordReset } from './complete-phone-password-reset.ts';
import { createCodeSession } from './create-code-session.ts';
import { createPhoneRegistration } from './create-phone-registration.ts';
import { createRegistration } from './create-registration.ts';
import { createPhoneSession, createSession } from './create-session.ts';
import { deleteCurrentSession, deleteSession } from './delete-session.ts';
import type { IdentityParts } from './dependencies.ts';
import { getMe, getUser } from './get-user.ts';
import { listSessions } from './list-sessions.ts';
import type { Session } from './list-sessions.ts';
import { listUsers } from './list-users.ts';
import { CODE_LIFETIME } from './one-time-code.ts';
import { renewSession } from './renew-session.ts';
import { requestOneTimeCode } from './request-one-time-code.ts';
import { requestPasswordReset } from './request-password-reset.ts';
import { updatePassword } from './update-password.ts';
import { updateProfile } from './update-profile.ts';
import { updateUserRoles } from './update-user-roles.ts';
import { verifyEmail } from './verify-email.ts';
import { verifyPhone } from './verify-phone.ts';

const done = (message: string): Schema<'Done'> => ({ success: true, message });

/** Where the code for each purpose is to be presented. */
const takers = {
  login: '/api/v1/auth/login/code',
  verify: '/api/v1/auth/verify-phone',
  reset: '/api/v1/auth/reset-password/phone',
} as const;

export function createIdentityOperations(parts: IdentityParts): ContextHandlers<'identity'> {
  const codeSent = (message: string): Schema<'OneTimeCodeAccepted'> => ({
    success: true,
    message,
    expiresIn: CODE_LIFETIME,
    resendAfter: parts.settings.sms.pause,
  });

  return {
    async createRegistration({ body }, { signal }) {
      const { userId } = await createRegistration(parts, { ...body, signal });
      const message = 'We have sent a message to this address. Confirm it to finish signing up.';
      return { status: 200, body: { success: true, message, userId } };
    },
    async createPhoneRegistration({ body }, { ip, signal }) {
      const { userId } = await createPhoneRegistration(parts, { ...body, ip, signal });
      const message = 'We have sent a code to this phone. Confirm it to finish signing up.';
      return { status: 200, body: { success: true, message, userId } };
    },
    async verifyEmail({ body }) {
      await verifyEmail(parts, body);
      return { status: 200, body: done('Your e-mail address is confirmed. You can log in now.') };
    },
    async verifyPhone({ body }) {
      await verifyPhone(parts, { ...body, transfer: body.transfer ?? false });
      return { status: 200, body: done('Your phone number is confirmed. You can log in now.') };
    },
    async createSession({ body }, { ip, signal }) {
      return tokensResult(await createSession(parts, { ...body, device: body.device, ip, signal }));
    },
    async createPhoneSession({ body }, { ip, signal }) {
      return tokensResult(await createPhoneSession(parts, { ...body, device: body.device, ip, signal }));
    },
    async createCodeSession({ body }, { ip }) {
      return tokensResult(await createCodeSession(parts, { ...body, device: body.device, ip }));
    },
    async renewSession({ body }, { signal }) {
      return tokensResult(await renewSession(parts, { ...body, signal }));
    },
    async deleteCurrentSession(_input, { principal }) {
      await deleteCurrentSession(parts, principal);
      return { status: 200, body: done('You are logged out.') };
    },
    async requestOneTimeCode({ body }, { ip }) {
      await requestOneTimeCode(parts, { ...body, ip });
      const message = 'If this number can receive a code, it is on its way.';
      return { status: 202, headers: { Location: takers[body.purpose] }, body: codeSent(message) };
    },
    async requestPasswordReset({ body }) {
      await requestPasswordReset(parts, body);
      return { status: 200, body: done('If this address has an account, a message with instructions is on its way.') };
    },
    async completePasswordReset({ body }, { signal }) {
      await completePasswordReset(parts, { ...body, signal });
      return { status: 200, body: done('Your password is changed. Log in with the new one.') };
    },
    async completePhonePasswordReset({ body }, { signal }) {
      await completePhonePasswordReset(parts, { ...body, signal });
      return { status: 200, body: done('Your password is changed. Log in with the new one.') };
    },
    async getMe(_input, { principal }) {
      const account = await getMe(parts, principal);
      return { status: 200, headers: { ETag: etagOf(account.version) }, body: { user: userBody(account) } };
    },
    async updateProfile({ body, headers }, { principal }) {
      const { userId } = principal;
      const change = { ...body, email: body.email, userId, ifMatch: headers['If-Match'] };
      return profileResult(await updateProfile(parts, change));
    },
    async updatePassword({ body }, { principal, ip, signal }) {
      const { userId, sessionId } = principal;
      await updatePassword(parts, { ...body, userId, sessionId, ip, signal });
      return { status: 200, body: done('Your password is changed. Your other sessions have ended.') };
    },
    async requestPhoneChange({ body }, { ip }) {
      await requestOneTimeCode(parts, { ...body, purpose: 'phone-change', ip });
      const headers = { Location: '/api/v1/users/phone' };
      return { status: 202, headers, body: codeSent('A code is on its way to this number.') };
    },
    async completePhoneChange({ body }, { principal }) {
      const { userId } = principal;
      return profileResult(await completePhoneChange(parts, { ...body, userId, transfer: body.transfer ?? false }));
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
    async listUsers({ query }) {
      const page = await listUsers(parts, { role: query.role, limit: query.limit, cursor: query.cursor });
      return { status: 200, body: { ...page, items: page.items.map(userBody) } };
    },
    async getUser({ path }) {
      const account = await getUser(parts, path);
      return { status: 200, headers: { ETag: etagOf(account.version) }, body: userBody(account) };
    },
    async updateUserRoles({ path, headers, body }, { principal }) {
      const change = { ...path, roles: body.roles, ifMatch: headers['If-Match'], actorId: principal.userId };
      const account = await updateUserRoles(parts, change);
      return { status: 200, headers: { ETag: etagOf(account.version) }, body: userBody(account) };
    },
    getKeySet() {
      const keys = parts.signingKeys.list().map((key) => ({ ...key, alg: 'ES256', use: 'sig' }) as const);
      return Promise.resolve({ status: 200, headers: { 'Cache-Control': 'public, max-age=300' }, body: { keys } });
    },
  };
}

function userBody(account: Account): Schema<'User'> {
  const { id, email, pendingEmail, phone, gender, age, roles, createdAt } = account;
  return {
    id,
    ...(email === null ? {} : { email }),
    ...(pendingEmail === null ? {} : { pendingEmail }),
    ...(phone === null ? {} : { phone }),
    gender,
    age,
    roles: [...roles],
    createdAt: createdAt.toISOString(),
  };
}

function profileResult(account: Account) {
  const body: Schema<'ProfileUpdated'> = { success: true, user: userBody(account) };
  return { status: 200, headers: { ETag: etagOf(account.version) }, body } as const;
}

function tokensResult({ accessToken, expiresIn, refreshToken, sessionId, account }: SessionTokens) {
  const user = userBody(account);
  const body: Schema<'SessionTokens'> = {
    token: accessToken,
    tokenType: 'Bearer',
    expiresIn,
    refreshToken,
    sessionId,
    user,
  };
  return { status: 200, headers: { 'Cache-Control': 'no-store' }, body } as const;
}

function sessionBody(session: Session, currentId: string): Schema<'Session'> {
  const { id, device, createdFrom, createdAt, renewedAt, expiresAt } = session;
  return {
    id,
    ...(device === null ? {} : { device }),
    createdFrom,
    createdAt: createdAt.toISOString(),
    renewedAt: renewedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    current: id === currentId,
  };
}
