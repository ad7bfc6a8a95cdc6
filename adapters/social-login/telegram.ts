import type { SocialLoginProvider } from '../../src/ports/social-login.ts';
import { createOidcLogin } from './oidc.ts';

export interface TelegramOptions {
  /** The bot's id. */
  readonly clientId: string;
  /** From the bot's settings. */
  readonly clientSecret: string;
  /** Default: `openid phone`. */
  readonly scope?: string | undefined;
  /** For simulators. */
  readonly issuer?: string;
}

/**
 * Telegram, over OpenID Connect (core.telegram.org/bots/telegram-login): no UserInfo endpoint and no e-mail, everything is in the ID
 * token. Its `sub` is a person's id for this bot alone, `id` their number at Telegram; both are kept. Redirect URIs must be
 * https, and stand among the bot's allowed ones.
 */
export function createTelegramLogin(options: TelegramOptions): SocialLoginProvider {
  const { clientId, clientSecret, scope = 'openid phone', issuer = 'https://oauth.telegram.org' } = options;
  return createOidcLogin({
    ...{ name: 'telegram', title: 'Telegram', issuer, clientId, clientSecret, scope },
    metadata: {
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
      // Which of them a bot's tokens have is chosen in its settings; ES256K, which can be chosen too, is not supported.
      id_token_signing_alg_values_supported: ['RS256', 'ES256', 'EdDSA'],
    },
    read: ({ id }, person) =>
      typeof id === 'number' || typeof id === 'string' ? { ...person, account: `${id}` } : person,
  });
}
