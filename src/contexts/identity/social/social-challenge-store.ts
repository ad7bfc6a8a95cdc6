import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import { createSecretToken, hashSecretToken } from '../secret-token.ts';
import { sealUnderToken, unsealUnderToken } from './seal-under-token.ts';
import type { KnownPerson } from './known-person.ts';

/** Seconds between coming back from a provider and the end of signing up or linking: time for an SMS, and for another one. */
export const CHALLENGE_LIFETIME = 900;

const PURPOSE = 'social-challenge';

/** A person who came back from a provider, waiting for what is still to be said. */
export interface SocialChallenge {
  readonly person: KnownPerson;
  /** The only account it may be linked to; null when any, or a new one. */
  readonly userId: string | null;
}

const insertStatement = statement(
  'identity.insert_social_challenge',
  `insert into identity.social_challenges (token_hash, sealed, user_id, expires_at)
   values ($1, $2, $3, clock_timestamp() + make_interval(secs => ${CHALLENGE_LIFETIME}))`,
);

/** @returns the token that brings it back */
export async function insertSocialChallenge(
  queryable: Queryable,
  { person, userId }: SocialChallenge,
): Promise<string> {
  const { text, hash } = createSecretToken();
  await queryable.query(insertStatement, [hash, sealUnderToken(text, PURPOSE, person), userId]);
  return text;
}

interface Stored {
  readonly sealed: Buffer;
  readonly userId: string | null;
}

const findStatement = statement<Stored>(
  'identity.find_social_challenge',
  `select sealed, user_id as "userId" from identity.social_challenges
   where token_hash = $1 and expires_at > clock_timestamp()`,
);

/** Looks without using it up; undefined when it was used, is too old, or never was. */
export async function findSocialChallenge(queryable: Queryable, token: string): Promise<SocialChallenge | undefined> {
  return open(token, await queryable.query(findStatement, [hashSecretToken(token)]));
}

const takeStatement = statement<Stored>(
  'identity.take_social_challenge',
  `delete from identity.social_challenges where token_hash = $1 and expires_at > clock_timestamp()
   returning sealed, user_id as "userId"`,
);

/** Uses it up: of many at once, one gets it. */
export async function takeSocialChallenge(tx: Transaction, token: string): Promise<SocialChallenge | undefined> {
  return open(token, await tx.query(takeStatement, [hashSecretToken(token)]));
}

function open(token: string, [stored]: readonly Stored[]): SocialChallenge | undefined {
  if (stored === undefined) return undefined;
  return { person: unsealUnderToken(token, PURPOSE, stored.sealed) as KnownPerson, userId: stored.userId };
}
