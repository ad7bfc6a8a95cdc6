import type { Handlers, Schema } from '../../contract/handlers.ts';
import type { Database } from '../../database/transaction.ts';
import type { Cursors } from '../../shared/cursor.ts';
import type { StoredAuditEntry } from './audit-store.ts';
import { listAuditEntries, listSecurityEvents } from './list-audit-entries.ts';

export interface AuditOperationDependencies {
  readonly database: Database;
  readonly cursors: Cursors;
}

/** The audit log: all of it for admins, one's own part for everybody. */
export function createAuditOperations(
  dependencies: AuditOperationDependencies,
): Handlers<'listAuditEntries' | 'listSecurityEvents'> {
  return {
    async listAuditEntries({ query }) {
      const page = await listAuditEntries(dependencies, { ...query, cursor: query.cursor });
      return { status: 200, body: { items: page.items.map(auditEntryBody), nextCursor: page.nextCursor } };
    },
    async listSecurityEvents({ query }, { principal }) {
      const { userId } = principal;
      const page = await listSecurityEvents(dependencies, { userId, limit: query.limit, cursor: query.cursor });
      const items = page.items.map(({ occurredAt, ip, ...event }) => ({
        ...event,
        occurredAt: occurredAt.toISOString(),
        ...(ip === null ? {} : { ip }),
      }));
      return { status: 200, body: { items, nextCursor: page.nextCursor } };
    },
  };
}

function auditEntryBody(entry: StoredAuditEntry): Schema<'AuditEntry'> {
  const { operation, actorId, sessionId, resourceId, requestId, correlationId, ip } = entry;
  return {
    id: entry.id,
    occurredAt: entry.occurredAt.toISOString(),
    action: entry.action,
    ...(operation === null ? {} : { operation }),
    outcome: entry.outcome,
    actor: {
      type: entry.actorType,
      ...(actorId === null ? {} : { id: actorId }),
      ...(sessionId === null ? {} : { sessionId }),
    },
    resource: { type: entry.resourceType, ...(resourceId === null ? {} : { id: resourceId }) },
    changes: Object.entries(entry.changes).map(([field, { from, to }]) => ({
      field,
      from: JSON.stringify(from),
      to: JSON.stringify(to),
    })),
    ...(requestId === null ? {} : { requestId }),
    ...(correlationId === null ? {} : { correlationId }),
    ...(ip === null ? {} : { ip }),
  };
}
