import { createHash, randomBytes } from 'node:crypto';
import { unavailable } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import type { IdentityParts } from '../dependencies.ts';
import { problems } from '../problems.ts';
import { createSecretToken } from '../secret-token.ts';
import { insertSocialLogin, LOGIN_LIFETIME } from './social-login-store.ts';

export interface SocialLoginStart {
  readonly provider: string;
  /** One of the configured addresses; undefined takes the first of them. */
  readonly redirectUri: string | undefined;
  readonly loginHint: string | undefined;
  /** Who wants another way in to their account; null when somebody logs in. */
  readonly userId: string | null;
}

/** Where to send the person, and what to keep until they come back. */
export interface StartedSocialLogin {
  readonly authorizationUrl: string;
  /** Kept by whoever asked, never part of an address: shows that who comes back is who left. */
  readonly ticket: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/**
 * Sends somebody to a provider. The provider is asked before anything is stored, and no connection is held meanwhile.
 *
 * @throws Problem 409 `provider-unknown`, `redirect-not-allowed`, 503 when the provider is away
 */
export async function startSocialLogin(
  {
    database,
    settings,
    socialProviders,
    log,
  }: Pick<IdentityParts, 'database' | 'settings' | 'socialProviders' | 'log'>,
  start: SocialLoginStart,
): Promise<StartedSocialLogin> {
  const provider = socialProviders.find(({ name }) => name === start.provider);
  if (provider === undefined) {
    throw new Problem(problems['provider-unknown'], {
      errors: [{ pointer: '/provider', detail: 'is not in use here' }],
    });
  }
  const allowed = settings.social.redirectUris;
  const redirectUri = start.redirectUri ?? allowed[0];
  if (redirectUri === undefined || !allowed.includes(redirectUri)) {
    throw new Problem(problems['redirect-not-allowed'], {
      errors: [{ pointer: '/redirectUri', detail: 'is none of the configured addresses' }],
    });
  }
  const [state, ticket] = [createSecretToken().text, createSecretToken().text];
  const [nonce, codeVerifier] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const { loginHint, userId } = start;
  const authorization = await provider.authorize({ state, nonce, codeChallenge, redirectUri, loginHint });
  if (authorization.outcome === 'unavailable') {
    log.warn({ error: new Error(`${provider.name}: ${authorization.detail}`) }, 'a social log-in provider is away');
    throw unavailable(10, { detail: 'This provider cannot be reached now. Other ways to log in still work.' });
  }
  const login = { provider: provider.name, userId, nonce, codeVerifier, redirectUri };
  await insertSocialLogin(database, { state, ticket }, login);
  return { authorizationUrl: authorization.url, ticket, expiresIn: LOGIN_LIFETIME };
}
