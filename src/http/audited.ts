import { recordAudit } from '../audit/record-audit.ts';
import type { AuditChanges } from '../audit/record-audit.ts';
import type { PlainHandler, PlainInput, PlainResult } from '../contract/handlers.ts';
import type { AuditSpec } from '../contract/route.ts';

/**
 * The handler of an operation that declares `x-audit`, followed by its entry in the audit log: in one transaction, so that
 * there is no effect without its entry. A refused command leaves neither, and a replay is no second effect.
 */
export function audited(spec: AuditSpec, handler: PlainHandler): PlainHandler {
  return async (input, caller) => {
    const { tx } = caller;
    if (tx === undefined) throw new Error(`${spec.action} has no transaction to be audited in.`);
    let changes: AuditChanges = {};
    const auditChanges = (more: AuditChanges): void => {
      changes = { ...changes, ...more };
    };
    // The prototype keeps what the caller computes only when asked.
    const inside = Object.assign(Object.create(caller) as typeof caller, { auditChanges });
    const result = await handler(input, inside);
    const id = resourceId(spec, input, result);
    await recordAudit(tx, { action: spec.action, resource: { type: spec.resource, id }, changes });
    return result;
  };
}

function resourceId({ action, id }: AuditSpec, input: PlainInput, { body }: PlainResult): string | null {
  if (id === null) return null;
  const source = id.in === 'path' ? input.path : (body as Readonly<Record<string, unknown>> | undefined);
  const value = source?.[id.name];
  if (typeof value !== 'string') throw new Error(`The audit entry of ${action} finds no ${id.name} in the ${id.in}.`);
  return value;
}
