import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';

export interface StoredAuditEntry {
  readonly id: string;
  readonly occurredAt: Date;
  /** To the microsecond, as page cursors need it. */
  readonly sortKey: string;
  readonly action: string;
  readonly operation: string | null;
  readonly outcome: 'done' | 'refused';
  readonly actorType: 'user' | 'client' | 'anonymous' | 'system';
  readonly actorId: string | null;
  readonly sessionId: string | null;
  readonly resourceType: string;
  readonly resourceId: string | null;
  readonly requestId: string | null;
  readonly correlationId: string | null;
  readonly ip: string | null;
  readonly changes: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;
}

/** Conditions of a search; undefined is any. */
export interface AuditFilters {
  readonly actor?: string | undefined;
  readonly resourceType?: string | undefined;
  readonly resource?: string | undefined;
  readonly action?: string | undefined;
  readonly requestId?: string | undefined;
  /** RFC 3339; from this moment on. */
  readonly since?: string | undefined;
  /** RFC 3339; before this moment. */
  readonly until?: string | undefined;
}

const conditions: Readonly<Record<keyof AuditFilters, string>> = {
  actor: 'actor_id = $::uuid',
  resourceType: 'resource_type = $',
  resource: 'resource_id = $',
  action: 'action = $',
  requestId: 'request_id = $::uuid',
  since: 'occurred_at >= $::timestamptz',
  until: 'occurred_at < $::timestamptz',
};
const filterNames = Object.keys(conditions) as (keyof AuditFilters)[];

/**
 * Entries that match every filter, the newest first. One statement per set of filters, so that PostgreSQL plans each with
 * the index that serves it; `$1 is null or …` would serve none.
 */
export async function listAuditEntries(
  queryable: Queryable,
  filters: AuditFilters,
  page: { readonly after: { readonly key: string | null; readonly id: string } | undefined; readonly limit: number },
): Promise<StoredAuditEntry[]> {
  const used = filterNames.filter((name) => filters[name] !== undefined);
  const values: unknown[] = [page.limit, ...used.map((name) => filters[name])];
  const where = used.map((name, index) => conditions[name].replace('$', `$${index + 2}`));
  if (page.after !== undefined) {
    where.push(`(occurred_at, id) < ($${values.length + 1}::timestamptz, $${values.length + 2}::uuid)`);
    values.push(page.after.key, page.after.id);
  }
  const bits = [...filterNames.map((name) => (used.includes(name) ? 1 : 0)), page.after === undefined ? 0 : 1];
  const listStatement = statement<StoredAuditEntry>(
    `platform.list_audit_entries_${bits.join('')}`,
    `select id, occurred_at as "occurredAt", occurred_at::text as "sortKey", action, operation, outcome,
       actor_type as "actorType", actor_id as "actorId", session_id as "sessionId", resource_type as "resourceType",
       resource_id as "resourceId", request_id as "requestId", correlation_id as "correlationId", host(ip) as ip, changes
     from platform.audit_entries${where.length === 0 ? '' : ` where ${where.join(' and ')}`}
     order by occurred_at desc, id desc limit $1`,
  );
  return queryable.query(listStatement, values);
}

const deleteOldStatement = statement<{ gone: number }>(
  'platform.delete_old_audit_entries',
  'select platform.delete_old_audit_entries(clock_timestamp() - make_interval(days => $1), $2) as gone',
);

/** Lets the oldest entries go, `most` at once. PostgreSQL keeps those of the last 30 days whatever is asked. */
export async function deleteOldAuditEntries(queryable: Queryable, days: number, most: number): Promise<number> {
  const [answer] = await queryable.query(deleteOldStatement, [days, most]);
  return answer?.gone ?? 0;
}

const forgetAddressesStatement = statement(
  'platform.forget_audit_addresses',
  'select platform.forget_audit_addresses($1)',
);

/** Takes the network addresses of a person out of the log; the entries stay. */
export async function forgetAuditAddresses(queryable: Queryable, userId: string): Promise<void> {
  await queryable.query(forgetAddressesStatement, [userId]);
}
