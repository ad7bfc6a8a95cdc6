import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import { hashSecretToken } from '../secret-token.ts';
import { sealUnderToken, unsealUnderToken } from './seal-under-token.ts';

/** Seconds a person has at the provider. */
export const LOGIN_LIFETIME = 600;

const PURPOSE = 'social-login';

/** A person on the way to a provider and back. */
export interface SocialLogin {
  readonly provider: string;
  /** Who wants another way in; null when somebody logs in. */
  readonly userId: string | null;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
}

const insertStatement = statement(
  'identity.insert_social_login',
  `insert into identity.social_logins (state_hash, ticket_hash, provider, sealed, user_id, expires_at)
   values ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(secs => ${LOGIN_LIFETIME}))`,
);

/**
 * @param state travels through the provider and the browser's address bar
 * @param ticket stays with the caller: whoever finds the state has nothing without it
 */
export async function insertSocialLogin(
  queryable: Queryable,
  { state, ticket }: { readonly state: string; readonly ticket: string },
  { provider, userId, ...secrets }: SocialLogin,
): Promise<void> {
  const sealed = sealUnderToken(state, PURPOSE, secrets);
  const hashes = [hashSecretToken(state), hashSecretToken(ticket)];
  await queryable.query(insertStatement, [...hashes, provider, sealed, userId]);
}

const takeStatement = statement<{ provider: string; userId: string | null; sealed: Buffer }>(
  'identity.take_social_login',
  `delete from identity.social_logins
   where state_hash = $1 and ticket_hash = $2 and expires_at > clock_timestamp()
   returning provider, user_id as "userId", sealed`,
);

/** Uses a state up: of many at once, one gets the log-in. A wrong ticket uses nothing up. */
export async function takeSocialLogin(
  queryable: Queryable,
  { state, ticket }: { readonly state: string; readonly ticket: string },
): Promise<SocialLogin | undefined> {
  const [taken] = await queryable.query(takeStatement, [hashSecretToken(state), hashSecretToken(ticket)]);
  if (taken === undefined) return undefined;
  const { sealed, ...rest } = taken;
  const secrets = unsealUnderToken(state, PURPOSE, sealed) as Omit<SocialLogin, 'provider' | 'userId'>;
  return { ...rest, ...secrets };
}
