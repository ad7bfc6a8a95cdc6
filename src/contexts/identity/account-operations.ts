import type { Handlers, Schema } from '../../contract/handlers.ts';
import { etagOf } from '../../shared/etag.ts';
import type { Account } from './account.ts';
import { done, userBody } from './bodies.ts';
import { completePasswordReset } from './complete-password-reset.ts';
import { completePhoneChange } from './complete-phone-change.ts';
import { completePhonePasswordReset } from './complete-phone-password-reset.ts';
import type { IdentityParts } from './dependencies.ts';
import { getMe } from './get-user.ts';
import { CODE_LIFETIME } from './one-time-code.ts';
import { requestOneTimeCode } from './request-one-time-code.ts';
import { requestPasswordReset } from './request-password-reset.ts';
import { updatePassword } from './update-password.ts';
import { updateProfile } from './update-profile.ts';

type Accounts =
  | 'requestOneTimeCode'
  | 'requestPasswordReset'
  | 'completePasswordReset'
  | 'completePhonePasswordReset'
  | 'getMe'
  | 'updateProfile'
  | 'updatePassword'
  | 'requestPhoneChange'
  | 'completePhoneChange';

/** Where the code for each purpose is to be presented. */
const takers = {
  login: '/api/v1/auth/login/code',
  verify: '/api/v1/auth/verify-phone',
  reset: '/api/v1/auth/reset-password/phone',
  deletion: '/api/v1/account-deletion',
} as const;

/** One's own account: its codes, password, address and number. */
export function createAccountOperations(parts: IdentityParts): Handlers<Accounts> {
  const codeSent = (message: string): Schema<'OneTimeCodeAccepted'> => ({
    success: true,
    message,
    expiresIn: CODE_LIFETIME,
    resendAfter: parts.settings.sms.pause,
  });

  return {
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
  };
}

function profileResult(account: Account) {
  const body: Schema<'ProfileUpdated'> = { success: true, user: userBody(account) };
  return { status: 200, headers: { ETag: etagOf(account.version) }, body } as const;
}
