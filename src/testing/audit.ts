import { statement } from '../database/transaction.ts';
import type { Database } from '../database/transaction.ts';

const listStatement = statement<{ action: string; outcome: string; actor: string }>(
  'test.list_audit_entries',
  `select action, outcome, actor_type as actor from platform.audit_entries where resource_id = $1 order by occurred_at`,
);

/** What the audit log says of a thing, oldest first. */
export function auditEntriesOf(
  owner: Database,
  resourceId: string,
): Promise<{ action: string; outcome: string; actor: string }[]> {
  return owner.query(listStatement, [resourceId]);
}
