import type { Handlers, Schema } from '../../../contract/handlers.ts';
import type { LoginOutcome } from '../begin-login.ts';
import { CODE_LIFETIME } from '../one-time-code.ts';
import type { IdentityParts } from '../dependencies.ts';
import { tokensResult } from '../session-operations.ts';
import { completeSocialLogin } from './complete-social-login.ts';
import { completeSocialRegistration } from './complete-social-registration.ts';
import { createSocialIdentity } from './create-social-identity.ts';
import { deleteSocialIdentity } from './delete-social-identity.ts';
import { getSocialIdentities, getSocialIdentity } from './get-social-identity.ts';
import type { SocialStep } from './log-in-person.ts';
import { requestSocialCode } from './request-social-code.ts';
import type { SocialIdentity } from './social-identity-store.ts';
import { startSocialLogin } from './start-social-login.ts';

type Social =
  | 'getSocialProviders'
  | 'startSocialLogin'
  | 'completeSocialLogin'
  | 'requestSocialCode'
  | 'completeSocialRegistration'
  | 'startSocialLink'
  | 'getSocialIdentities'
  | 'createSocialIdentity'
  | 'getSocialIdentity'
  | 'deleteSocialIdentity';

const secretly = { 'Cache-Control': 'no-store' } as const;

/** Which operation takes the challenge of a step. */
const takers = {
  'second-factor': '/api/v1/auth/login/second-factor',
  registration: '/api/v1/auth/social/register',
  link: '/api/v1/social-identities',
} as const;

/** Logging in and signing up by other providers, and which of them open one's account. */
export function createSocialOperations(parts: IdentityParts): Handlers<Social> {
  return {
    getSocialProviders() {
      const providers = parts.socialProviders.map(({ name, title }) => ({ name, title }));
      return Promise.resolve({ status: 200, body: { providers } });
    },
    async startSocialLogin({ body }) {
      const { provider, redirectUri, loginHint } = body;
      const started = await startSocialLogin(parts, { provider, redirectUri, loginHint, userId: null });
      return { status: 200, headers: secretly, body: started };
    },
    async completeSocialLogin({ body }, { ip }) {
      const { state, code, ticket, issuer, deviceId, device } = body;
      return loginResult(await completeSocialLogin(parts, { state, code, ticket, issuer, deviceId, device, ip }));
    },
    async requestSocialCode({ body }, { ip }) {
      await requestSocialCode(parts, { ...body, ip });
      const message = 'A code is on its way to this number.';
      return {
        status: 202,
        headers: { Location: takers.registration },
        body: { success: true, message, expiresIn: CODE_LIFETIME, resendAfter: parts.settings.sms.pause },
      };
    },
    async completeSocialRegistration({ body }, { ip }) {
      const { challenge, gender, age, phone, code, device, transfer = false } = body;
      const registration = { challenge, gender, age, phone, code, transfer, device, ip };
      return tokensResult(await completeSocialRegistration(parts, registration));
    },
    async startSocialLink({ body }, { principal: { userId } }) {
      const { provider, redirectUri, loginHint } = body;
      const started = await startSocialLogin(parts, { provider, redirectUri, loginHint, userId });
      return { status: 200, headers: secretly, body: started };
    },
    async getSocialIdentities(_input, { principal }) {
      const identities = (await getSocialIdentities(parts, principal)).map(identityBody);
      return { status: 200, body: { identities } };
    },
    async createSocialIdentity({ body }, { principal: { userId } }) {
      const identity = await createSocialIdentity(parts, { userId, ...body });
      const headers = { Location: `/api/v1/social-identities/${identity.id}` };
      return { status: 201, headers, body: identityBody(identity) };
    },
    async getSocialIdentity({ path }, { principal: { userId } }) {
      return { status: 200, body: identityBody(await getSocialIdentity(parts, { userId, ...path })) };
    },
    async deleteSocialIdentity({ path }, { principal: { userId } }) {
      await deleteSocialIdentity(parts, { userId, ...path });
      return { status: 204 };
    },
  };
}

function identityBody({ id, provider, linkedAt, usedAt }: SocialIdentity): Schema<'SocialIdentity'> {
  return {
    ...{ id, provider, linkedAt: linkedAt.toISOString() },
    ...(usedAt === null ? {} : { usedAt: usedAt.toISOString() }),
  };
}

function loginResult(outcome: LoginOutcome | SocialStep) {
  if (!('challenge' in outcome)) return tokensResult(outcome);
  const { challenge, expiresIn } = outcome;
  const step = 'step' in outcome ? outcome.step : 'second-factor';
  const body: Schema<'SocialLoginStep'> = {
    ...{ step, challenge, expiresIn },
    ...('step' in outcome && outcome.step === 'registration' ? { phoneRequired: outcome.phoneRequired } : {}),
    ...('step' in outcome && outcome.phone !== null ? { phone: outcome.phone } : {}),
  };
  return { status: 202, headers: { ...secretly, Location: takers[step] }, body } as const;
}
