import type { IdentificationOutcome, SocialLoginProvider } from '../../src/ports/social-login.ts';
import { ask } from './ask.ts';
import type { Answer } from './ask.ts';
import { authorizationUrl, noIdentification, textOf } from './oauth.ts';

export interface VkOptions {
  readonly clientId: string;
  /** Default: `email phone`. Numbers are for confirmed business profiles only. */
  readonly scope?: string | undefined;
  /** For simulators. */
  readonly origin?: string;
}

/**
 * VK ID: OAuth 2.1 with mandatory PKCE, not OpenID Connect. VK hands out an address and a number without vouching for either,
 * so neither is ever verified; `device_id` comes back with the person and must be sent with the code.
 */
export function createVkLogin({
  clientId,
  scope = 'email phone',
  origin = 'https://id.vk.com',
}: VkOptions): SocialLoginProvider {
  return {
    name: 'vk',
    title: 'VK ID',
    authorize: (request) =>
      Promise.resolve({
        outcome: 'ready',
        url: authorizationUrl(`${origin}/authorize`, { clientId, scope }, request),
      }),
    async identify({ code, state, codeVerifier, redirectUri, deviceId }) {
      if (deviceId === undefined) return { outcome: 'refused', detail: 'no device_id came back' };
      const token = await ask(`${origin}/oauth2/auth`, {
        form: {
          ...{ grant_type: 'authorization_code', code, code_verifier: codeVerifier, client_id: clientId },
          ...{ device_id: deviceId, redirect_uri: redirectUri, state },
        },
      });
      const accessToken = textOf(token.body['access_token']);
      if (accessToken === undefined) return noIdentification('token', token);
      if (token.body['state'] !== state) return { outcome: 'refused', detail: 'tokens for another state' };
      const info = await ask(`${origin}/oauth2/user_info`, {
        form: { client_id: clientId, access_token: accessToken },
      });
      return read(info);
    },
  };
}

function read(info: Answer): IdentificationOutcome {
  const user = info.body['user'] as Readonly<Record<string, unknown>> | null | undefined;
  const subject = textOf(user?.['user_id']);
  if (user == null || subject === undefined) return noIdentification('user_info', info);
  const [email, phone] = [textOf(user['email']), textOf(user['phone'])];
  return {
    outcome: 'identified',
    person: {
      issuer: 'https://id.vk.com',
      subject,
      ...(email === undefined ? {} : { email: { address: email, verified: false } }),
      ...(phone === undefined ? {} : { phone: { number: phone, verified: false } }),
    },
  };
}
