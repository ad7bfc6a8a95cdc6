import type { Transaction } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import type { Account } from '../account.ts';
import { beginLogin } from '../begin-login.ts';
import type { LoginChallenge } from '../begin-login.ts';
import type { BegunSession, LoginOrigin } from '../begin-session.ts';
import { findCredentialsByEmail, findCredentialsByPhone } from '../credentials-store.ts';
import type { IdentityParts } from '../dependencies.ts';
import { recordSecurityEvent } from '../record-security-event.ts';
import { socialLoginRefused } from '../refusals.ts';
import { hasSecondFactor } from '../second-factor-store.ts';
import { tellOwner } from '../tell-owner.ts';
import { lockAccount } from '../user-store.ts';
import { adoptPhone } from './adopt-phone.ts';
import type { KnownPerson } from './known-person.ts';
import { CHALLENGE_LIFETIME, insertSocialChallenge } from './social-challenge-store.ts';
import {
  findSocialIdentity,
  insertSocialIdentity,
  listSocialIdentities,
  touchSocialIdentity,
} from './social-identity-store.ts';
import type { SocialIdentity } from './social-identity-store.ts';
import { notices } from './social-texts.ts';

/** Somebody whom a provider has identified, and who has more to say before a session begins. */
export interface SocialStep {
  /** `registration`: there is no account yet. `link`: there is one, and only its owner may link it. */
  readonly step: 'registration' | 'link';
  readonly challenge: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** For `registration`: the number the provider knows, E.164. */
  readonly phone: string | null;
  /** Whether a number has still to be proven by a code. */
  readonly phoneRequired: boolean;
}

export type SocialOutcome = BegunSession | LoginChallenge | SocialStep;

type Parts = Pick<IdentityParts, 'notifications' | 'publish'>;

/**
 * Finds out which account somebody means whom a provider has identified:
 *
 * 1. the one that has this identity; nothing else about the person matters then;
 * 2. else the one that has proven the very address a trusted provider says is theirs, unless more is at stake than the mailbox
 *    opens by itself ({@link mayLinkUnasked}): then its owner logs in and links it;
 * 3. else none: a new one begins once a number is proven.
 *
 * @throws Problem 401 `social-login-refused` when the identity has just been unlinked, `invalid-credentials` when the account is locked
 */
export async function logInPerson(
  parts: Parts,
  tx: Transaction,
  person: KnownPerson,
  origin: LoginOrigin,
): Promise<SocialOutcome> {
  const known = await findSocialIdentity(tx, person);
  if (known !== undefined) return enter(parts, tx, known, person, origin);
  const owner = person.email === null ? undefined : await findCredentialsByEmail(tx, person.email);
  const account = owner === undefined ? undefined : await lockAccount(tx, owner.userId);
  if (account === undefined || account.email !== person.email) return waitForRegistration(tx, person);
  // Another log-in of the same person may have been first.
  const since = await findSocialIdentity(tx, person);
  if (since !== undefined) return enter(parts, tx, since, person, origin);
  if (!(await mayLinkUnasked(tx, account, person))) return waitForOwner(tx, person);
  const linked = await insertSocialIdentity(tx, account.id, person, { used: true });
  await recordSecurityEvent(tx, 'identity-linked', account.id);
  await tellOwner(parts, tx, account, `identity-linked:${newId()}`, notices.linked(person.provider));
  return enter(parts, tx, linked, person, origin);
}

/** Logs in with an identity. With a second factor the number waits for it: until then only half a log-in has been shown. */
async function enter(
  parts: Parts,
  tx: Transaction,
  identity: SocialIdentity,
  person: KnownPerson,
  origin: LoginOrigin,
): Promise<BegunSession | LoginChallenge> {
  const account = await lockAccount(tx, identity.userId);
  if (account === undefined || !(await touchSocialIdentity(tx, identity, person))) throw socialLoginRefused();
  const begun = await beginLogin(tx, account.id, origin);
  if ('challenge' in begun || account.phone !== null) return begun;
  await adoptPhone(parts, tx, account, person);
  return { ...begun, account: (await lockAccount(tx, account.id)) ?? begun.account };
}

/**
 * Whether a proven address alone may open this account. Not for staff and admins, and not past a second factor: there a
 * provider would decide what a password alone cannot. Not when the account has another identity of the same issuer: then the
 * address has moved on, to somebody else or to a new account of the same person, and only they know which.
 */
async function mayLinkUnasked(tx: Transaction, account: Account, { issuer }: KnownPerson): Promise<boolean> {
  if (account.roles.some((role) => role !== 'user')) return false;
  if (await hasSecondFactor(tx, account.id)) return false;
  return (await listSocialIdentities(tx, account.id)).every((other) => other.issuer !== issuer);
}

async function waitForRegistration(tx: Transaction, person: KnownPerson): Promise<SocialStep> {
  // A verified number that has an account already is proven once more, by a code: it may have changed hands since.
  const free = person.phone?.verified === true && (await findCredentialsByPhone(tx, person.phone.number)) === undefined;
  const phone = person.phone === null ? null : { number: person.phone.number, verified: free };
  const challenge = await insertSocialChallenge(tx, { person: { ...person, phone }, userId: null });
  const expiresIn = CHALLENGE_LIFETIME;
  return { step: 'registration', challenge, expiresIn, phone: phone?.number ?? null, phoneRequired: !free };
}

async function waitForOwner(tx: Transaction, person: KnownPerson): Promise<SocialStep> {
  const challenge = await insertSocialChallenge(tx, { person, userId: null });
  return { step: 'link', challenge, expiresIn: CHALLENGE_LIFETIME, phone: null, phoneRequired: false };
}
