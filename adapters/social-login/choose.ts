import type { SocialLoginProvider } from '../../src/ports/social-login.ts';
import { createFacebookLogin } from './facebook.ts';
import { createGoogleLogin } from './google.ts';
import { createOidcLogin } from './oidc.ts';
import { createSandboxLogin } from './sandbox.ts';
import { createTelegramLogin } from './telegram.ts';
import { createVkLogin } from './vk.ts';

/** A provider as configuration describes it. */
export interface ChosenLogin {
  readonly name: string;
  readonly preset: 'google' | 'facebook' | 'telegram' | 'vk' | 'sandbox' | 'oidc';
  readonly title: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly scope: string | undefined;
  readonly phoneVerifiedClaim: string | undefined;
}

/** @param sandboxSecret 32 bytes, the same in every process */
export function createSocialLogin(chosen: ChosenLogin, sandboxSecret: Buffer): SocialLoginProvider {
  const { preset, clientId, clientSecret = '', scope } = chosen;
  switch (preset) {
    case 'google':
      return createGoogleLogin({ clientId, clientSecret, scope });
    case 'facebook':
      return createFacebookLogin({ clientId, clientSecret, scope });
    case 'telegram':
      return createTelegramLogin({ clientId, clientSecret, scope });
    case 'vk':
      return createVkLogin({ clientId, scope });
    case 'sandbox':
      return createSandboxLogin({ secret: sandboxSecret });
    case 'oidc':
      return createOidcLogin(chosen);
  }
}
