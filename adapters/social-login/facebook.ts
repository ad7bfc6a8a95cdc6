import { createHmac } from 'node:crypto';
import type { SocialLoginProvider } from '../../src/ports/social-login.ts';
import { ask } from './ask.ts';
import type { Answer } from './ask.ts';
import { authorizationUrl, noIdentification, textOf } from './oauth.ts';

export interface FacebookOptions {
  /** The app's id. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Default: `email`. */
  readonly scope?: string | undefined;
  /** For simulators. */
  readonly dialog?: string;
  readonly graph?: string;
}

/** Graph API version; Facebook keeps one for about two years. */
const VERSION = 'v23.0';

/** Codes of Graph API errors that mean "not now": unknown, service, too many calls (of app, user, page), temporary block. */
const notNow = new Set([1, 2, 4, 17, 32, 341, 368, 613]);

/**
 * Facebook Login: OAuth 2 and the Graph API. It tells an address without saying whose it proved to be, and no number, so whoever
 * signs up is always asked for one. Ids are a person's for this app alone.
 */
export function createFacebookLogin(options: FacebookOptions): SocialLoginProvider {
  const { clientId, clientSecret, scope = 'email' } = options;
  const { dialog = 'https://www.facebook.com', graph = 'https://graph.facebook.com' } = options;
  return {
    name: 'facebook',
    title: 'Facebook',
    authorize: (request) =>
      Promise.resolve({
        outcome: 'ready',
        url: authorizationUrl(`${dialog}/${VERSION}/dialog/oauth`, { clientId, scope }, request),
      }),
    async identify({ code, codeVerifier, redirectUri }) {
      const token = await ask(`${graph}/${VERSION}/oauth/access_token`, {
        form: {
          ...{ client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri },
          ...{ grant_type: 'authorization_code', code, code_verifier: codeVerifier },
        },
      });
      const accessToken = textOf(token.body['access_token']);
      if (accessToken === undefined) return noIdentification('access_token', plain(token));
      // Shows that the call comes from the app: a token alone, stolen elsewhere, is refused by apps that demand the proof.
      const proof = createHmac('sha256', clientSecret).update(accessToken).digest('hex');
      const me = await ask(`${graph}/${VERSION}/me?fields=id,email&appsecret_proof=${proof}`, {
        headers: { authorization: `Bearer ${accessToken}` },
      });
      const subject = textOf(me.body['id']);
      if (subject === undefined) return noIdentification('me', plain(me));
      const email = textOf(me.body['email']);
      return {
        outcome: 'identified',
        person: {
          issuer: 'https://www.facebook.com',
          subject,
          ...(email === undefined ? {} : { email: { address: email, verified: false } }),
        },
      };
    },
  };
}

/** Graph API errors are objects with a number: {@link noIdentification} knows the names of OAuth. */
function plain(answer: Answer): Answer {
  const error = answer.body['error'] as { readonly code?: unknown } | null | undefined;
  if (typeof error !== 'object' || typeof error?.code !== 'number') return answer;
  // 101: our app id or secret is wrong.
  const name =
    error.code === 101 ? 'invalid_client' : notNow.has(error.code) ? 'temporarily_unavailable' : 'invalid_grant';
  return { ...answer, body: { error: name } };
}
