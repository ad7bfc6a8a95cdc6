import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import { dropLoginChallenges } from './login-challenge-store.ts';

/** Why a session ended before its time. */
export type RevocationReason =
  | 'logged-out'
  | 'revoked'
  | 'token-reused'
  | 'password-changed'
  | 'password-reset'
  | 'phone-transferred'
  | 'locked'
  | 'ended-by-admin'
  | 'deletion-requested'
  | 'erased';

/** Seconds a session lives without renewal. */
export const IDLE_LIFETIME = 30 * 86_400;
/** Seconds a session lives at most. */
export const ABSOLUTE_LIFETIME = 90 * 86_400;
/** Seconds in which the last refresh token still gives its successor: a lost answer, a second tab. */
export const GRACE = 10;

const insertStatement = statement(
  'identity.insert_session',
  `with made as (
     insert into identity.sessions (id, user_id, device, created_ip, idle_expires_at, absolute_expires_at)
     values ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $6), clock_timestamp() + make_interval(secs => $7))
     returning id, gen)
   insert into identity.refresh_tokens (token_hash, session_id, gen) select $5, id, gen from made`,
);

export async function insertSession(
  tx: Transaction,
  session: {
    readonly id: string;
    readonly userId: string;
    readonly device: string | null;
    readonly ip: string;
    readonly tokenHash: Buffer;
  },
): Promise<void> {
  const { id, userId, device, ip, tokenHash } = session;
  await tx.query(insertStatement, [id, userId, device, ip, tokenHash, IDLE_LIFETIME, ABSOLUTE_LIFETIME]);
}

/** A session held by its row lock. */
export interface LockedSession {
  readonly id: string;
  readonly userId: string;
  readonly gen: number;
  readonly ended: boolean;
}

const lockByTokenStatement = statement<LockedSession>(
  'identity.lock_session_by_token',
  `select s.id, s.user_id as "userId", s.gen,
     s.revoked_at is not null or least(s.idle_expires_at, s.absolute_expires_at) <= clock_timestamp() as ended
   from identity.sessions s
   where s.id = (select t.session_id from identity.refresh_tokens t where t.token_hash = $1)
   for update of s skip locked`,
);

/** Locks the token's session without waiting; undefined when somebody holds it, or no such token exists. */
export async function lockSessionByToken(tx: Transaction, tokenHash: Buffer): Promise<LockedSession | undefined> {
  const [session] = await tx.query(lockByTokenStatement, [tokenHash]);
  return session;
}

export interface StoredRefreshToken {
  readonly gen: number;
  readonly successorCipher: Buffer | null;
  /** Used, and less than {@link GRACE} seconds ago. */
  readonly inGrace: boolean;
}

const findTokenStatement = statement<StoredRefreshToken>(
  'identity.find_refresh_token',
  `select gen, successor_cipher as "successorCipher",
     coalesce(used_at > clock_timestamp() - make_interval(secs => $2), false) as "inGrace"
   from identity.refresh_tokens where token_hash = $1`,
);

export async function findRefreshToken(tx: Transaction, tokenHash: Buffer): Promise<StoredRefreshToken | undefined> {
  const [token] = await tx.query(findTokenStatement, [tokenHash, GRACE]);
  return token;
}

const rotateStatement = statement(
  'identity.rotate_refresh_token',
  `with used as (
     update identity.refresh_tokens set used_at = clock_timestamp(), successor_cipher = $4 where token_hash = $2),
   successor as (
     insert into identity.refresh_tokens (token_hash, session_id, gen) select $3, id, gen + 1
     from identity.sessions where id = $1)
   update identity.sessions set gen = gen + 1, renewed_at = clock_timestamp(),
     idle_expires_at = clock_timestamp() + make_interval(secs => $5) where id = $1`,
);

/** Moves the session one generation on. The caller holds its lock and has seen that the token is of this generation. */
export async function rotateRefreshToken(
  tx: Transaction,
  rotation: {
    readonly sessionId: string;
    readonly tokenHash: Buffer;
    readonly successorHash: Buffer;
    readonly successorCipher: Buffer;
  },
): Promise<void> {
  const { sessionId, tokenHash, successorHash, successorCipher } = rotation;
  await tx.query(rotateStatement, [sessionId, tokenHash, successorHash, successorCipher, IDLE_LIFETIME]);
}

/** Every process listens here: the payload is the id of a session that has just ended. */
export const SESSION_REVOKED_CHANNEL = 'portico_session_revoked';

const revokeStatement = statement<{ id: string }>(
  'identity.revoke_session',
  `with ended as (
     update identity.sessions set revoked_at = clock_timestamp(), revoked_reason = $3
     where id = $1 and user_id = $2 and revoked_at is null
       and least(idle_expires_at, absolute_expires_at) > clock_timestamp() returning id)
   select id, pg_notify('${SESSION_REVOKED_CHANNEL}', id::text) is null as told from ended`,
);

/** Ends one running session of this account. @returns false when there is none such */
export async function revokeSession(
  tx: Transaction,
  session: { readonly id: string; readonly userId: string; readonly reason: RevocationReason },
): Promise<boolean> {
  const ended = await tx.query(revokeStatement, [session.id, session.userId, session.reason]);
  return ended.length > 0;
}

const revokeAllStatement = statement<{ id: string }>(
  'identity.revoke_sessions',
  `with ended as (
     update identity.sessions set revoked_at = clock_timestamp(), revoked_reason = $3
     where user_id = $1 and revoked_at is null and id is distinct from $2 returning id)
   select id, pg_notify('${SESSION_REVOKED_CHANNEL}', id::text) is null as told from ended`,
);

/**
 * Ends all sessions of an account but `except`, and log-ins that wait for their second factor. The caller holds the account's row lock: a session that is just beginning
 * waits for it and then meets the new state.
 *
 * @returns their ids
 */
export async function revokeSessions(
  tx: Transaction,
  { userId, reason, except }: { readonly userId: string; readonly reason: RevocationReason; readonly except?: string },
): Promise<readonly string[]> {
  await dropLoginChallenges(tx, userId);
  const ended = await tx.query(revokeAllStatement, [userId, except ?? null, reason]);
  return ended.map(({ id }) => id);
}

const listRevokedStatement = statement<{ id: string }>(
  'identity.list_revoked_sessions',
  `select id from identity.sessions where revoked_at > clock_timestamp() - make_interval(secs => $1)
   union all
   select id from identity.erased_sessions where erased_at > clock_timestamp() - make_interval(secs => $1)`,
);

/** The sessions revoked in the last `seconds`: older ones have no living access token any more. */
export async function listRevokedSessions(queryable: Queryable, seconds: number): Promise<readonly string[]> {
  const revoked = await queryable.query(listRevokedStatement, [seconds]);
  return revoked.map(({ id }) => id);
}
