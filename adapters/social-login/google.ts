import type { SocialLoginProvider } from '../../src/ports/social-login.ts';
import { ask } from './ask.ts';
import { createOidcLogin } from './oidc.ts';
import type { Granted } from './oidc.ts';

export interface GoogleOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Default: `openid email`. With {@link PHONE_SCOPE} the number of the profile is suggested to the person. */
  readonly scope?: string | undefined;
  /** For simulators. */
  readonly issuer?: string;
  readonly people?: string;
}

/** A sensitive scope: Google reviews an app before it may ask everybody for it. */
export const PHONE_SCOPE = 'https://www.googleapis.com/auth/user.phonenumbers.read';

/**
 * Google, over OpenID Connect. Google has no phone claim; the number that a person keeps in their profile is read over the
 * People API when the scope was granted. Nobody has proven that it is theirs, so it is never verified.
 */
export function createGoogleLogin(options: GoogleOptions): SocialLoginProvider {
  const { clientId, clientSecret, scope = 'openid email' } = options;
  const people = options.people ?? 'https://people.googleapis.com';
  return createOidcLogin({
    ...{ name: 'google', title: 'Google', clientId, clientSecret, scope },
    issuer: options.issuer ?? 'https://accounts.google.com',
    read: ({ hd }, person) => {
      const { email } = person;
      if (email === undefined) return person;
      // Google vouches for mailboxes it runs. Any other address was checked once and may be somebody else's by now
      // (developers.google.com/identity/gsi/web/guides/verify-google-id-token).
      const authoritative = /@gmail\.com$/i.test(email.address) || (typeof hd === 'string' && hd !== '');
      return { ...person, email: { ...email, verified: email.verified && authoritative } };
    },
    complete: async (person, granted) => {
      const number = await numberOf(people, granted);
      return number === undefined ? person : { ...person, phone: { number, verified: false } };
    },
  });
}

/** The number the person calls their main one, else the first; none when Google does not tell. */
async function numberOf(people: string, { accessToken, scope }: Granted): Promise<string | undefined> {
  if (!scope.includes(PHONE_SCOPE)) return undefined;
  const answer = await ask(`${people}/v1/people/me?personFields=phoneNumbers`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  if (answer.status !== 200 || !Array.isArray(answer.body['phoneNumbers'])) return undefined;
  const numbers = answer.body['phoneNumbers'] as readonly {
    readonly value?: unknown;
    readonly canonicalForm?: unknown;
    readonly metadata?: { readonly primary?: unknown };
  }[];
  const chosen = numbers.find(({ metadata }) => metadata?.primary === true) ?? numbers[0];
  const number = chosen?.canonicalForm ?? chosen?.value;
  return typeof number === 'string' ? number : undefined;
}
