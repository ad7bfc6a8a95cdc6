import { usualLoginGuards, withLoginGuards } from '../adapters/login-guards.ts';
import { createSocialLogin } from '../adapters/social-login/choose.ts';
import { publicUrlOf } from './config.ts';
import type { Config } from './config.ts';
import { defaultSettings } from './contexts/identity/index.ts';
import type { IdentitySettings } from './contexts/identity/index.ts';
import type { SocialLoginProvider } from './ports/social-login.ts';
import type { VendorObserver } from './process/observers.ts';
import type { SocialLoginConfig } from './social-login-config.ts';

/** The providers people may log in with, each behind its own guards. */
export function createSocialLogins(
  { providers }: SocialLoginConfig,
  observer: VendorObserver,
  sandboxSecret: Buffer,
): readonly SocialLoginProvider[] {
  return providers.map((config) => {
    const provider = createSocialLogin(config, sandboxSecret);
    const dependency = `social-login:${provider.name}`;
    observer.begin(dependency, ['ready', 'identified', 'refused', 'unavailable']);
    return withLoginGuards(provider, { ...usualLoginGuards, dependency, observer });
  });
}

/** @param hashesAtOnce slow password hashes that this process may make at once */
export function identitySettings(config: Config, hashesAtOnce: number): IdentitySettings {
  const issuer = publicUrlOf(config);
  const { redirectUris, trustedPhones, trustedEmails } = config.socialLogin;
  return {
    ...defaultSettings,
    issuer,
    // The documentation shows whoever tries the sandbox what came back with them.
    social: { redirectUris: redirectUris.length > 0 ? redirectUris : [`${issuer}/docs`], trustedPhones, trustedEmails },
    bcryptCost: config.bcryptCost,
    hashesAtOnce,
    minimumPasswordLength: config.minimumPasswordLength,
    phoneRegion: config.defaultRegion,
    deletionGraceDays: config.deletionGraceDays,
    exportDays: config.exportDays,
  };
}
