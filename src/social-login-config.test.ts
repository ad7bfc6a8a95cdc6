import { describe, expect, it } from '@jest/globals';
import { EnvironmentReader } from './environment-reader.ts';
import type { Environment } from './environment-reader.ts';
import { readSocialLogin } from './social-login-config.ts';
import type { SocialLoginConfig } from './social-login-config.ts';

function read(environment: Environment, sandboxed = false): { config: SocialLoginConfig; faults: readonly string[] } {
  const reader = new EnvironmentReader(environment);
  const config = readSocialLogin(reader, Object.keys(environment), sandboxed);
  return { config, faults: reader.faults };
}

const BACK = { SOCIAL_REDIRECT_URIS: 'https://app.example/back' };
const google = {
  SOCIAL_PROVIDERS: 'google',
  SOCIAL_GOOGLE_CLIENT_ID: 'id',
  SOCIAL_GOOGLE_CLIENT_SECRET: 'hidden',
  ...BACK,
};
const acme = { SOCIAL_PROVIDERS: 'acme-id', SOCIAL_ACME_ID_CLIENT_ID: 'id', ...BACK };

describe('the configuration of social log-in', () => {
  it('has no provider, or the sandbox where nothing is set up', () => {
    expect(read({}).config.providers).toEqual([]);
    const { config, faults } = read({}, true);
    expect([config.providers.map(({ name }) => name), config.trustedPhones, config.trustedEmails, faults]).toEqual([
      ...[['sandbox'], ['sandbox'], ['sandbox']],
      [],
    ]);
  });

  it('knows what the presets need', () => {
    const { config, faults } = read(google);
    expect([config.providers[0], faults]).toMatchObject([
      { preset: 'google', clientId: 'id', clientSecret: 'hidden' },
      [],
    ]);
    // Google vouches for addresses; whose word counts for numbers must be said.
    expect([config.trustedEmails, config.trustedPhones]).toEqual([['google'], []]);
    expect(read({ SOCIAL_PROVIDERS: 'facebook,telegram,vk', ...BACK }).faults).toEqual(
      [
        ...['SOCIAL_FACEBOOK_CLIENT_SECRET', 'SOCIAL_FACEBOOK_CLIENT_ID', 'SOCIAL_TELEGRAM_CLIENT_SECRET'],
        ...['SOCIAL_TELEGRAM_CLIENT_ID', 'SOCIAL_VK_CLIENT_ID'],
      ].map((name) => `${name} is missing`),
    );
  });

  it('takes any other name for a provider of OpenID Connect', () => {
    const issuer = { SOCIAL_ACME_ID_ISSUER: 'https://id.acme.example' };
    expect(read({ ...acme, ...issuer, SOCIAL_TRUSTED_PHONES: 'acme-id' })).toMatchObject({
      config: {
        providers: [
          {
            name: 'acme-id',
            preset: 'oidc',
            title: 'acme-id',
            clientSecret: undefined,
            ...{ issuer: issuer.SOCIAL_ACME_ID_ISSUER },
          },
        ],
        ...{ trustedPhones: ['acme-id'], trustedEmails: [] },
      },
      faults: [],
    });
    expect(read(acme).faults).toEqual(['SOCIAL_ACME_ID_ISSUER is missing']);
  });

  it.each([
    [{ ...acme, SOCIAL_ACME_ID_ISSUER: 'http://id.acme.example' }, /^SOCIAL_ACME_ID_ISSUER must be a URL of https/],
    [{ ...google, SOCIAL_REDIRECT_URIS: '' }, /^SOCIAL_REDIRECT_URIS is missing/],
    [
      { ...google, SOCIAL_REDIRECT_URIS: 'http://app.example/back' },
      /^SOCIAL_REDIRECT_URIS is a comma-separated list of/,
    ],
    [
      { ...google, SOCIAL_REDIRECT_URIS: 'https://app.example/back?x=1' },
      /^SOCIAL_REDIRECT_URIS is a comma-separated list of/,
    ],
    [{ ...google, SOCIAL_TRUSTED_PHONES: 'telegram' }, /^SOCIAL_TRUSTED_PHONES is a comma-separated list of/],
    [{ ...google, SOCIAL_GOOGLE_CLIENTID: 'x' }, /^SOCIAL_GOOGLE_CLIENTID is no setting/],
    [{ ...google, SOCIAL_GOOGLE_ISSUER: 'https://x.example' }, /^SOCIAL_GOOGLE_ISSUER is no setting/],
    [{ ...google, SOCIAL_PROVIDERS: 'google,google' }, /^SOCIAL_PROVIDERS names a provider twice/],
    [{ SOCIAL_PROVIDERS: 'Acme' }, /^SOCIAL_PROVIDERS is a comma-separated list of/],
  ])('tells what is wrong with %j', (environment, fault) => {
    const { faults } = read(environment);
    expect(faults).toEqual(expect.arrayContaining([expect.stringMatching(fault)]));
    expect(faults.join()).not.toContain('hidden');
  });
});
