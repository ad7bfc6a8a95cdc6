import pg from 'pg';
import { unavailable } from '../../../shared/platform-problems.ts';
import { signLogin } from '../begin-login.ts';
import type { LoginOutcome } from '../begin-login.ts';
import type { LoginOrigin } from '../begin-session.ts';
import type { IdentityParts } from '../dependencies.ts';
import { recordSecurityEvent } from '../record-security-event.ts';
import { socialLoginRefused } from '../refusals.ts';
import { knownPerson } from './known-person.ts';
import { logInPerson } from './log-in-person.ts';
import type { SocialStep } from './log-in-person.ts';
import { CHALLENGE_LIFETIME, insertSocialChallenge } from './social-challenge-store.ts';
import { takeSocialLogin } from './social-login-store.ts';

export interface SocialLoginAnswer extends LoginOrigin {
  readonly state: string;
  readonly code: string;
  readonly ticket: string;
  /** The parameter `iss` of the address the person came back to. */
  readonly issuer: string | undefined;
  /** The parameter `device_id` of it. */
  readonly deviceId: string | undefined;
}

type Parts = Pick<
  IdentityParts,
  'database' | 'settings' | 'socialProviders' | 'log' | 'notifications' | 'publish' | 'signingKeys' | 'clock'
>;

/**
 * Takes somebody back from a provider. The state is used up, and that is committed, before the provider is asked: of many at
 * once one asks, and nothing that comes later can make it good again. While the provider is asked no transaction is open.
 *
 * @returns a session, half of one that waits for the second factor, or what the person has still to say
 * @throws Problem 401 `social-login-refused` (every reason alike), `invalid-credentials` when the account is locked, 503
 */
export async function completeSocialLogin(parts: Parts, answer: SocialLoginAnswer): Promise<LoginOutcome | SocialStep> {
  const { database, settings, socialProviders, log } = parts;
  const login = await takeSocialLogin(database, answer);
  const provider = socialProviders.find(({ name }) => name === login?.provider);
  if (login === undefined || provider === undefined) {
    await recordSecurityEvent(database, 'social-login-refused', null);
    throw socialLoginRefused();
  }
  const { code, state, issuer, deviceId, ip, device } = answer;
  const identification = await provider.identify({ ...login, code, state, issuer, deviceId });
  if (identification.outcome === 'unavailable') {
    log.warn({ error: new Error(`${provider.name}: ${identification.detail}`) }, 'a social log-in provider is away');
    throw unavailable(10, { detail: 'This provider cannot be reached now. Begin again, or log in another way.' });
  }
  if (identification.outcome === 'refused') {
    await recordSecurityEvent(database, 'social-login-refused', login.userId);
    throw socialLoginRefused();
  }
  const person = knownPerson(provider.name, identification.person, settings);
  const enter = () =>
    database.transaction(async (tx) =>
      login.userId === null
        ? logInPerson(parts, tx, person, { ip, device })
        : // Whoever comes back need not be logged in; only that account can make use of it.
          linkStep(await insertSocialChallenge(tx, { person, userId: login.userId })),
    );
  const outcome = await enter().catch((error: unknown) => {
    // Another account has just linked the identity: now it is known whose it is.
    if (error instanceof pg.DatabaseError && error.constraint === 'social_identities_one_owner') return enter();
    throw error;
  });
  return 'step' in outcome ? outcome : signLogin(parts, outcome);
}

const linkStep = (challenge: string): SocialStep => ({
  ...{ step: 'link', challenge, expiresIn: CHALLENGE_LIFETIME, phone: null, phoneRequired: false },
});
