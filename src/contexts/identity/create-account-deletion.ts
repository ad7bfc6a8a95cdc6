import { unauthenticated } from '../../shared/platform-problems.ts';
import { checkCode } from './check-code.ts';
import { checkPassword } from './check-password.ts';
import { consumeChallenge } from './code-store.ts';
import { findCredentialsById, lockCredentials } from './credentials-store.ts';
import { cancelDeletion, requestDeletion } from './deletion-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { codeNotAccepted, currentPasswordWrong } from './refusals.ts';
import { revokeSessions } from './session-store.ts';
import { tellOwner } from './tell-owner.ts';
import { notices } from './texts.ts';
import { findAccount, lockAccount } from './user-store.ts';

export interface AccountDeletion {
  readonly userId: string;
  /** The session that asks: it goes on and can cancel, all others end. */
  readonly sessionId: string;
  /** What proves that it is the owner who asks. */
  readonly method: 'password' | 'code';
  readonly secret: string;
  readonly ip: string;
  readonly signal: AbortSignal;
}

type Parts = Pick<
  IdentityParts,
  'database' | 'hasher' | 'codeSecret' | 'settings' | 'notifications' | 'revokedSessions' | 'clock'
>;

/**
 * Has one's own account erased after the grace (`settings.deletionGraceDays`); until then the owner cancels it by logging in.
 * Asking again changes nothing.
 *
 * @returns when it will be erased
 * @throws Problem 409 `current-password-wrong`, `code-not-accepted`, 429, 503; the violation of `users_keep_an_admin` (409
 * `last-admin`)
 */
export async function createAccountDeletion(parts: Parts, deletion: AccountDeletion): Promise<Date> {
  const { userId, sessionId } = deletion;
  const known = await findAccount(parts.database, userId);
  if (known === undefined) throw unauthenticated();
  const proof = await (deletion.method === 'password'
    ? proveByPassword(parts, deletion)
    : proveByCode(parts, known.phone, deletion.secret));
  const { dueAt, ended } = await parts.database.transaction(async (tx) => {
    const credentials = await lockCredentials(tx, userId, 'update');
    const account = await lockAccount(tx, userId);
    if (account === undefined) throw unauthenticated();
    if (proof.kind === 'password' && credentials?.hash !== proof.hash) throw currentPasswordWrong('/secret');
    if (proof.kind === 'code' && !(await consumeChallenge(tx, proof.challenge))) throw codeNotAccepted('/secret');
    if (account.deletionDueAt !== null) return { dueAt: account.deletionDueAt, ended: [] };
    const due = await requestDeletion(tx, userId, parts.settings.deletionGraceDays);
    await recordSecurityEvent(tx, 'deletion-requested', userId);
    await tellOwner(parts, tx, account, `deletion:${userId}:${due.toISOString()}`, notices.deletionRequested(due));
    return { dueAt: due, ended: await revokeSessions(tx, { userId, reason: 'deletion-requested', except: sessionId }) };
  });
  parts.revokedSessions.add(ended);
  return dueAt;
}

type Proof =
  | { readonly kind: 'password'; readonly hash: string }
  | { readonly kind: 'code'; readonly challenge: Awaited<ReturnType<typeof checkCode>> };

async function proveByPassword(parts: Parts, { userId, secret, ip, signal }: AccountDeletion): Promise<Proof> {
  const guess = { identifier: userId, password: secret, ip, signal };
  const credentials = await checkPassword(parts, guess, () => findCredentialsById(parts.database, userId));
  if (credentials === undefined) throw currentPasswordWrong('/secret');
  return { kind: 'password', hash: credentials.hash };
}

async function proveByCode(parts: Parts, phone: string | null, code: string): Promise<Proof> {
  // Without a number no code was sent, so none is right.
  if (phone === null) throw codeNotAccepted('/secret');
  return {
    kind: 'code',
    challenge: await checkCode(parts, { purpose: 'deletion', phone, code, refuse: () => codeNotAccepted('/secret') }),
  };
}

/** Keeps the account. Doing it again, or without a deletion under way, changes nothing. */
export async function deleteAccountDeletion(
  { database }: Pick<IdentityParts, 'database'>,
  { userId }: { readonly userId: string },
): Promise<void> {
  await database.transaction(async (tx) => {
    if (await cancelDeletion(tx, userId)) await recordSecurityEvent(tx, 'deletion-cancelled', userId);
  });
}
