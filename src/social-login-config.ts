import type { EnvironmentReader } from './environment-reader.ts';

/** Providers whose addresses and forms Portico knows. Any other name is a provider of OpenID Connect. */
export const presets = ['google', 'facebook', 'telegram', 'vk', 'sandbox'] as const;

/** One provider that people may log in with, as the environment describes it. */
export interface SocialProviderConfig {
  /** `google`, `acme-id`: also in the API, and in capitals in the names of its variables. */
  readonly name: string;
  readonly preset: (typeof presets)[number] | 'oidc';
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** Replaces what the preset asks for. */
  readonly scope: string | undefined;
  /** Of a provider without preset: what a button says, `iss`, and the claim that says whether a number was verified. */
  readonly title: string;
  readonly issuer: string;
  readonly phoneVerifiedClaim: string | undefined;
}

export interface SocialLoginConfig {
  readonly providers: readonly SocialProviderConfig[];
  /** Empty: the documentation of this installation, for the sandbox. */
  readonly redirectUris: readonly string[];
  readonly trustedPhones: readonly string[];
  readonly trustedEmails: readonly string[];
}

const NAME = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * Reads `SOCIAL_PROVIDERS` and the variables of each provider in it.
 *
 * @param names all variables there are: a misspelt one that begins with `SOCIAL_` is a fault
 * @param sandboxed whether the sandbox is the default
 */
export function readSocialLogin(
  read: EnvironmentReader,
  names: readonly string[],
  sandboxed: boolean,
): SocialLoginConfig {
  const listed = read.list('SOCIAL_PROVIDERS', sandboxed ? ['sandbox'] : [], {
    test: (name) => NAME.test(name),
    words: `providers, such as ${presets.join(', ')} or a name of your own of a-z, 0-9 and "-"`,
  });
  const inUse = {
    test: (name: string) => listed.includes(name),
    words: 'providers that SOCIAL_PROVIDERS names',
  };
  const config: SocialLoginConfig = {
    providers: Object.freeze(listed.filter((name) => NAME.test(name)).map((name) => readProvider(read, name))),
    redirectUris: read.list('SOCIAL_REDIRECT_URIS', [], {
      test: isRedirectUri,
      words: 'addresses of https, or of http on this machine, without query and fragment',
    }),
    trustedPhones: read.list('SOCIAL_TRUSTED_PHONES', listed.includes('sandbox') ? ['sandbox'] : [], inUse),
    trustedEmails: read.list(
      'SOCIAL_TRUSTED_EMAILS',
      listed.filter((name) => name === 'google' || name === 'sandbox'),
      inUse,
    ),
  };
  if (new Set(listed).size < listed.length) read.faults.push('SOCIAL_PROVIDERS names a provider twice');
  if (config.redirectUris.length === 0 && listed.some((name) => name !== 'sandbox')) {
    read.faults.push('SOCIAL_REDIRECT_URIS is missing: where providers send people back to');
  }
  for (const name of names) {
    if (name.startsWith('SOCIAL_') && !read.known.has(name)) {
      read.faults.push(`${name} is no setting of a provider in SOCIAL_PROVIDERS: correct its spelling or remove it`);
    }
  }
  return Object.freeze(config);
}

function readProvider(read: EnvironmentReader, name: string): SocialProviderConfig {
  const preset = presets.find((known) => known === name) ?? 'oidc';
  const variable = (setting: string): string => `SOCIAL_${name.toUpperCase().replaceAll('-', '_')}_${setting}`;
  const optional = (setting: string, of: readonly string[]): string | undefined =>
    of.includes(preset) ? read.text(variable(setting)) : undefined;
  const required = (setting: string, of: readonly string[]): string => {
    const value = optional(setting, of);
    if (of.includes(preset) && value === undefined) read.faults.push(`${variable(setting)} is missing`);
    return value ?? '';
  };
  const secretly = ['google', 'facebook', 'telegram'];
  const clientSecret = required('CLIENT_SECRET', secretly) || optional('CLIENT_SECRET', ['oidc']);
  return Object.freeze({
    name,
    preset,
    clientId: required('CLIENT_ID', [...secretly, 'vk', 'oidc']),
    clientSecret,
    scope: optional('SCOPE', [...secretly, 'vk', 'oidc']),
    title: optional('TITLE', ['oidc']) ?? name,
    issuer: preset === 'oidc' ? readIssuer(read, variable('ISSUER')) : '',
    phoneVerifiedClaim: optional('PHONE_VERIFIED_CLAIM', ['oidc']),
  });
}

function readIssuer(read: EnvironmentReader, variable: string): string {
  const issuer = read.text(variable);
  if (issuer === undefined) read.faults.push(`${variable} is missing`);
  else if (!isSafe(issuer)) read.faults.push(`${variable} must be a URL of https, or of http on this machine`);
  return issuer ?? '';
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Codes and secrets travel to these addresses: in clear only where nobody else listens. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname));
}

function isRedirectUri(text: string): boolean {
  return isSafe(text) && !/[?#]/.test(text);
}
