import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import { newId } from '../../shared/id.ts';

/** What is kept for ever about an account's safety. */
export type SecurityEventKind =
  | 'refresh-token-reused'
  | 'password-changed'
  | 'password-reset'
  | 'email-changed'
  | 'phone-changed'
  | 'phone-transferred'
  | 'roles-changed';

const insertStatement = statement(
  'identity.record_security_event',
  'insert into identity.security_events (id, kind, user_id, details) values ($1, $2, $3, $4)',
);

/** Writes the audit line of a change, in the change's transaction. `details` never holds a secret. */
export async function recordSecurityEvent(
  tx: Transaction,
  kind: SecurityEventKind,
  userId: string,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  await tx.query(insertStatement, [newId(), kind, userId, JSON.stringify(details)]);
}
