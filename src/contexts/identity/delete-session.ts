import { notFound } from '../../shared/platform-problems.ts';
import type { IdentityParts } from './dependencies.ts';
import { revokeSession } from './session-store.ts';

type Parts = Pick<IdentityParts, 'database' | 'revokedSessions'>;

export interface SessionOfUser {
  readonly userId: string;
  readonly sessionId: string;
}

/**
 * Ends one running session of an account; this process refuses its access tokens from now on, the others a moment later.
 *
 * @throws Problem 404 `not-found`: none such, or somebody else's
 */
export async function deleteSession({ database, revokedSessions }: Parts, session: SessionOfUser): Promise<void> {
  const { userId, sessionId: id } = session;
  if (!(await database.transaction((tx) => revokeSession(tx, { id, userId, reason: 'revoked' })))) throw notFound();
  revokedSessions.add([id]);
}

/** Logs out: ends the session the caller came with. Doing it again changes nothing. */
export async function deleteCurrentSession(
  { database, revokedSessions }: Parts,
  session: SessionOfUser,
): Promise<void> {
  const { userId, sessionId: id } = session;
  await database.transaction((tx) => revokeSession(tx, { id, userId, reason: 'logged-out' }));
  revokedSessions.add([id]);
}
