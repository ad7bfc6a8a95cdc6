import { statement } from '../../database/transaction.ts';
import type { Database, Queryable } from '../../database/transaction.ts';
import type { ErrorReport, SandboxErrors } from '../../ports/error-tracker.ts';
import { newId } from '../../shared/id.ts';

/** So many are kept. */
const KEPT = 1_000;

/** An error that the sandbox error tracker was told of. */
export interface SandboxError {
  readonly id: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly fatal: boolean;
  readonly operation: string | null;
  readonly job: string | null;
  readonly requestId: string | null;
  readonly correlationId: string | null;
  readonly traceId: string | null;
  readonly userId: string | null;
  readonly createdAt: Date;
}

const insert = statement(
  'platform.insert_sandbox_errors',
  `insert into platform.sandbox_errors
     (id, name, message, stack, fatal, operation, job, request_id, correlation_id, trace_id, user_id, created_at)
   select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::uuid[],
     $9::text[], $10::text[], $11::uuid[], $12::timestamptz[])`,
);

const prune = statement(
  'platform.prune_sandbox_errors',
  `delete from platform.sandbox_errors
   where id <= (select id from platform.sandbox_errors order by id desc offset $1 limit 1)`,
);

/** The sandbox error tracker's store: the latest errors, readable at `listSandboxErrors`. */
export function createSandboxErrors(database: Database): SandboxErrors {
  return {
    async keep(reports) {
      const text = (value: string): string => value.replaceAll('\0', '');
      const column = (pick: (report: ErrorReport) => unknown): unknown[] => reports.map(pick);
      await database.query(insert, [
        column(({ at }) => newId(at.getTime())),
        column(({ name }) => text(name)),
        column(({ message }) => text(message)),
        column(({ stack }) => text(stack)),
        column(({ fatal }) => fatal),
        column(({ operation }) => operation),
        column(({ job }) => job),
        column(({ requestId }) => requestId),
        column(({ correlationId }) => correlationId),
        column(({ traceparent }) => traceparent?.slice(3, 35) ?? null),
        column(({ userId }) => userId),
        column(({ at }) => at),
      ]);
      await database.query(prune, [KEPT]);
    },
  };
}

const list = statement<SandboxError>(
  'platform.list_sandbox_errors',
  `select id, name, message, stack, fatal, operation, job, request_id as "requestId", correlation_id as "correlationId",
     trace_id as "traceId", user_id as "userId", created_at as "createdAt"
   from platform.sandbox_errors where ($1::uuid is null or id < $1) order by id desc limit $2`,
);

/** The latest first, from below the id of `after`. */
export function readSandboxErrors(queryable: Queryable, after: string | null, limit: number): Promise<SandboxError[]> {
  return queryable.query(list, [after, limit]);
}
