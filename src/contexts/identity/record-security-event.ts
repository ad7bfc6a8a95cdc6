import { recordAudit } from '../../audit/record-audit.ts';
import type { AuditActor } from '../../audit/record-audit.ts';
import type { Queryable } from '../../database/transaction.ts';

/** What happens to the safety of an account outside the operations that declare `x-audit`. */
export type SecurityAction =
  | 'logged-in'
  | 'password-refused'
  | 'code-refused'
  | 'second-factor-refused'
  | 'refresh-token-reused'
  | 'password-changed'
  | 'password-reset'
  | 'email-changed'
  | 'phone-changed'
  | 'phone-transferred'
  | 'second-factor-enabled'
  | 'second-factor-disabled'
  | 'recovery-code-used'
  | 'recovery-codes-renewed'
  | 'social-login-refused'
  | 'identity-linked'
  | 'identity-unlinked'
  | 'deletion-requested'
  | 'deletion-cancelled';

const refused: ReadonlySet<SecurityAction> = new Set([
  'password-refused',
  'code-refused',
  'second-factor-refused',
  'refresh-token-reused',
  'social-login-refused',
]);

/**
 * Writes what happened to an account into the audit log; for a change, in the change's transaction. Its owner can read it
 * (`listSecurityEvents`).
 *
 * @param userId null where the name that was tried belongs to nobody: the entry is written all the same, so that neither
 * time nor load tells who is known
 */
export async function recordSecurityEvent(
  queryable: Queryable,
  action: SecurityAction,
  userId: string | null,
  actor?: AuditActor,
): Promise<void> {
  await recordAudit(queryable, {
    action,
    outcome: refused.has(action) ? 'refused' : 'done',
    resource: { type: 'user', id: userId },
    ...(actor === undefined ? {} : { actor }),
  });
}
