import type { Principal } from '../contract/caller.ts';
import { statement } from '../database/transaction.ts';
import type { Queryable } from '../database/transaction.ts';
import { correlation } from '../telemetry/correlation.ts';

/** Who did it. Ids only: what a person is called or where they are reached never enters the audit log. */
export type AuditActor =
  | { readonly type: 'user'; readonly id: string; readonly sessionId: string | null }
  | { readonly type: 'client'; readonly id: string }
  /** A caller who is not known (yet): somebody who logs in, or has forgotten the password. */
  | { readonly type: 'anonymous' }
  /** Portico itself: a job, the command line. */
  | { readonly type: 'system' };

/** What changed, by field: neither secrets nor personal values belong here, `{}` where there are only such. */
export type AuditChanges = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

export interface AuditEntry {
  /** What happened, in kebab-case: `roles-changed`. */
  readonly action: string;
  /** `refused` is for credentials that were not good; a command that was refused left no effect and no entry. */
  readonly outcome?: 'done' | 'refused';
  readonly resource: { readonly type: string; readonly id: string | null };
  readonly changes?: AuditChanges;
  /** Default: whoever calls the running operation; in a job, Portico itself. */
  readonly actor?: AuditActor;
}

const insertStatement = statement(
  'platform.record_audit',
  `insert into platform.audit_entries (action, operation, outcome, actor_type, actor_id, session_id, resource_type,
     resource_id, request_id, correlation_id, ip, changes)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);

/**
 * Writes an entry of the audit log. In the transaction of the effect: both are committed, or neither. When is the database's
 * to say; from where, and in the course of which request or job, is read from the correlation, so that no caller can
 * forget it.
 */
export async function recordAudit(queryable: Queryable, entry: AuditEntry): Promise<void> {
  const { action, outcome = 'done', resource, changes = {} } = entry;
  const current = correlation();
  const actor = entry.actor ?? presentActor();
  await queryable.query(insertStatement, [
    action,
    current?.operation ?? null,
    outcome,
    actor.type,
    'id' in actor ? actor.id : null,
    actor.type === 'user' ? actor.sessionId : null,
    resource.type,
    resource.id,
    current?.requestId ?? null,
    current?.correlationId ?? null,
    current?.ip ?? null,
    JSON.stringify(changes),
  ]);
}

function presentActor(): AuditActor {
  const current = correlation();
  if (current?.ip === undefined) return { type: 'system' };
  return current.principal == null ? { type: 'anonymous' } : actorOf(current.principal);
}

export function actorOf(principal: Principal): AuditActor {
  if (principal.kind === 'client') return { type: 'client', id: principal.clientId };
  return { type: 'user', id: principal.userId, sessionId: principal.sessionId };
}
