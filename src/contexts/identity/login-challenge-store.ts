import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';

/** Seconds between the two halves of a log-in. */
export const CHALLENGE_LIFETIME = 300;
/** Guesses one challenge survives. */
export const ATTEMPTS_PER_CHALLENGE = 5;

/** A log-in that waits for its second factor, with the session that it will begin. */
export interface WaitingLogin {
  readonly userId: string;
  readonly sessionId: string;
  readonly device: string | null;
  readonly ip: string;
}

const insertStatement = statement(
  'identity.insert_login_challenge',
  `insert into identity.login_challenges (token_hash, user_id, session_id, device, created_ip, expires_at)
   values ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(secs => ${CHALLENGE_LIFETIME}))`,
);

export async function insertLoginChallenge(tx: Transaction, tokenHash: Buffer, waiting: WaitingLogin): Promise<void> {
  const { userId, sessionId, device, ip } = waiting;
  await tx.query(insertStatement, [tokenHash, userId, sessionId, device, ip]);
}

const countStatement = statement<{ userId: string }>(
  'identity.count_login_challenge',
  `update identity.login_challenges set attempts = attempts + 1
   where token_hash = $1 and attempts < ${ATTEMPTS_PER_CHALLENGE} and expires_at > clock_timestamp()
   returning user_id as "userId"`,
);

/** Counts a guess at a challenge. @returns whose it is; undefined when no such challenge can be guessed at */
export async function countChallengeAttempt(tx: Transaction, tokenHash: Buffer): Promise<string | undefined> {
  const [counted] = await tx.query(countStatement, [tokenHash]);
  return counted?.userId;
}

const takeStatement = statement<WaitingLogin>(
  'identity.take_login_challenge',
  `delete from identity.login_challenges where token_hash = $1
   returning user_id as "userId", session_id as "sessionId", device, host(created_ip) as ip`,
);

/** Uses a challenge up. @returns undefined when somebody else did, or the log-in was voided meanwhile */
export async function takeLoginChallenge(tx: Transaction, tokenHash: Buffer): Promise<WaitingLogin | undefined> {
  const [taken] = await tx.query(takeStatement, [tokenHash]);
  return taken;
}

const dropStatement = statement(
  'identity.drop_login_challenges',
  'delete from identity.login_challenges where user_id = $1',
);

/** Voids every log-in of the account that waits for its second factor. */
export async function dropLoginChallenges(tx: Transaction, userId: string): Promise<void> {
  await tx.query(dropStatement, [userId]);
}
