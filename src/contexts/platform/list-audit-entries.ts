import type { Database } from '../../database/transaction.ts';
import { pageOf } from '../../shared/cursor.ts';
import type { Cursors, Page } from '../../shared/cursor.ts';
import { listAuditEntries as readAuditEntries } from './audit-store.ts';
import type { AuditFilters, StoredAuditEntry } from './audit-store.ts';

interface Parts {
  readonly database: Database;
  readonly cursors: Cursors;
}

export interface AuditPage {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * One page of the audit log, the newest first; for admins.
 *
 * @throws Problem 400 `invalid-cursor`
 */
export async function listAuditEntries(
  { database, cursors }: Parts,
  { limit, cursor, ...filters }: AuditFilters & AuditPage,
): Promise<Page<StoredAuditEntry>> {
  const scope = { operation: 'listAuditEntries', filters: { ...filters } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await readAuditEntries(database, filters, { after, limit: limit + 1 });
  return pageOf(rows, limit, (last) => cursors.encode(scope, { key: last.sortKey, id: last.id }));
}

/** Something that happened to an account, as its owner may see it. */
export interface SecurityEvent extends Pick<StoredAuditEntry, 'id' | 'occurredAt' | 'action' | 'outcome'> {
  readonly by: 'you' | 'somebody' | 'us';
  /** Null where it was us. */
  readonly ip: string | null;
}

/**
 * One page of what happened to the caller's own account, the newest first.
 *
 * @throws Problem 400 `invalid-cursor`, also for another person's cursor
 */
export async function listSecurityEvents(
  { database, cursors }: Parts,
  { userId, limit, cursor }: AuditPage & { readonly userId: string },
): Promise<Page<SecurityEvent>> {
  const scope = { operation: 'listSecurityEvents', filters: { userId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const filters = { resourceType: 'user', resource: userId };
  const rows = await readAuditEntries(database, filters, { after, limit: limit + 1 });
  const page = pageOf(rows, limit, (last) => cursors.encode(scope, { key: last.sortKey, id: last.id }));
  return { ...page, items: page.items.map((entry) => toSecurityEvent(entry, userId)) };
}

/** Who else did something, an admin say, is not the owner's to know. */
export function toSecurityEvent(entry: StoredAuditEntry, userId: string): SecurityEvent {
  const { id, occurredAt, action, outcome, actorType, actorId, ip } = entry;
  const by = actorId === userId ? 'you' : actorType === 'anonymous' ? 'somebody' : 'us';
  return { id, occurredAt, action, outcome, by, ip: by === 'us' ? null : ip };
}
