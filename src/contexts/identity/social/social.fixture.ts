import { randomBytes } from 'node:crypto';
import type {
  AuthorizationRequest,
  IdentificationOutcome,
  SocialLoginProvider,
  SocialPerson,
} from '../../../ports/social-login.ts';
import type { LoginOutcome } from '../begin-login.ts';
import { createIdentityFixture, ORIGIN } from '../identity.fixture.ts';
import type { IdentityFixture } from '../identity.fixture.ts';
import { completeSocialLogin } from './complete-social-login.ts';
import type { SocialStep } from './log-in-person.ts';
import { startSocialLogin } from './start-social-login.ts';

/** Identity with two providers: `trusted` in everything, `doubted` in nothing. */
export interface SocialFixture extends IdentityFixture {
  /** Sends this person to a provider and takes them back. */
  logIn(person: TestPerson, options?: WayOptions): Promise<LoginOutcome | SocialStep>;
  /** The same, for a step that is to follow. @throws when a session begins instead */
  step(person: TestPerson, options?: WayOptions): Promise<SocialStep>;
  /** Sends this person to a provider. @returns what they come back with */
  leave(person: TestPerson, options?: WayOptions): Promise<{ state: string; code: string; ticket: string }>;
  /** What providers were asked to do. */
  readonly requests: readonly AuthorizationRequest[];
  /** Providers are away while this is set. */
  away: boolean;
}

export interface WayOptions {
  readonly provider?: 'trusted' | 'doubted';
  /** Who links another way in. */
  readonly userId?: string;
}

export type TestPerson = Omit<SocialPerson, 'issuer'>;

export const BACK = 'https://app.example/back';
const social = { redirectUris: [BACK], trustedPhones: ['trusted'], trustedEmails: ['trusted'] };

export async function createSocialFixture(): Promise<SocialFixture> {
  const people = new Map<string, SocialPerson>();
  const requests: AuthorizationRequest[] = [];

  /** Keeps to the port's promises: a code is good once. */
  function provider(name: string): SocialLoginProvider {
    const gone = { outcome: 'unavailable', detail: 'down' } as const;
    return {
      ...{ name, title: name },
      authorize(request) {
        requests.push(request);
        return Promise.resolve(
          fixture.away ? gone : { outcome: 'ready', url: `https://${name}.example/?state=${request.state}` },
        );
      },
      identify({ code }): Promise<IdentificationOutcome> {
        if (fixture.away) return Promise.resolve(gone);
        const person = people.get(code);
        people.delete(code);
        return Promise.resolve(
          person === undefined ? { outcome: 'refused', detail: 'invalid_grant' } : { outcome: 'identified', person },
        );
      },
    };
  }

  const socialProviders = [provider('trusted'), provider('doubted')];
  const identity = await createIdentityFixture({ social }, { socialProviders });
  const fixture: SocialFixture = {
    ...identity,
    requests,
    away: false,
    async leave(person, { provider: name = 'trusted', userId } = {}) {
      const start = { provider: name, redirectUri: undefined, loginHint: undefined, userId: userId ?? null };
      const { ticket, authorizationUrl } = await startSocialLogin(identity.parts, start);
      const code = randomBytes(16).toString('hex');
      people.set(code, { ...person, issuer: `https://${name}.example` });
      return { state: new URL(authorizationUrl).searchParams.get('state') ?? '', code, ticket };
    },
    async logIn(person, options) {
      return completeSocialLogin(identity.parts, comeBack(await fixture.leave(person, options)));
    },
    async step(person, options) {
      const outcome = await fixture.logIn(person, options);
      if (!('step' in outcome)) throw new Error('no step follows');
      return outcome;
    },
  };
  return fixture;
}

/** What somebody presents who comes back. */
export function comeBack(way: { readonly state: string; readonly code: string; readonly ticket: string }) {
  return { ...way, issuer: undefined, deviceId: undefined, ip: ORIGIN.ip, device: undefined };
}
