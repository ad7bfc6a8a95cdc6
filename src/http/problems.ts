import { Problem } from '../shared/problem.ts';
import type { ProblemType } from '../shared/problem.ts';
import { platformProblems, unavailable } from '../shared/platform-problems.ts';

/** What violating a constraint means to the caller who caused it, by PostgreSQL constraint name. */
export type ConstraintProblems = Readonly<Record<string, ProblemType>>;

/** The body of every refusal (RFC 9457), as openapi/common.yaml declares `Problem`. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly code: string;
  readonly requestId: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly difference?: string;
  readonly 'violated-policies'?: readonly string[];
  readonly error?: string;
  readonly error_description?: string;
}

/**
 * The one map from whatever was thrown to what the caller is told. Unknown errors become 500 without any of their text.
 */
export function toProblem(error: unknown, constraints: ConstraintProblems): Problem {
  if (error instanceof Problem) return error;
  if (!Error.isError(error)) return new Problem(platformProblems['internal-error'], { cause: error });
  return fromDatabase(error, constraints) ?? new Problem(platformProblems['internal-error'], { cause: error });
}

/** Violations by constraint name, also those that deferred constraints raise at COMMIT; then lack of capacity. */
function fromDatabase(error: Error, constraints: ConstraintProblems): Problem | null {
  // Objection wraps what PostgreSQL said, and keeps only the constraint.
  const native = 'nativeError' in error && Error.isError(error.nativeError) ? error.nativeError : error;
  const { code, constraint } = native as Error & { code?: unknown; constraint?: unknown };
  if (typeof constraint === 'string') {
    const type = Object.hasOwn(constraints, constraint) ? constraints[constraint] : undefined;
    if (type !== undefined) return new Problem(type, { cause: error });
  }
  if (typeof code === 'string' && temporary.test(code)) return unavailable(1, { cause: error });
  if (broken.test(error.message)) return unavailable(1, { cause: error });
  return null;
}

// Class 08 connection, 40 rolled back (after the transaction layer's own retries), 53 resources, 57P01-03 shutting down,
// 57014 statement timeout, 55P03 lock timeout, 25006 read-only (fail-over in progress), 25P03/25P04 idle and transaction
// timeouts; and the socket's own errors.
const temporary =
  /^(?:08...|40...|53...|57014|57P0[1-3]|55P03|25006|25P0[34]|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;

// pg and pg-pool give these no code, and Knex writes the statement in front of what pg said.
const broken =
  /(?:^| - )(?:timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered a connection error)/;

/** How a problem looks on the wire. `type` resolves, relative to the server, to the page that explains the code. */
export function problemBody(problem: Problem, requestId: string, instance?: string): ProblemBody {
  return {
    type: `/problems/${problem.code}`,
    title: problem.title,
    status: problem.status,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(instance === undefined || !isReference(instance) ? {} : { instance }),
    code: problem.code,
    requestId,
    ...(problem.difference === undefined ? {} : { difference: problem.difference }),
    ...(problem.errors.length === 0 ? {} : { errors: problem.errors.slice(0, 50) }),
    ...(problem instanceof RateLimited ? { 'violated-policies': problem.policies } : {}),
  };
}

/** A 429 that names the policies that were exceeded. */
export class RateLimited extends Problem {
  readonly policies: readonly string[];

  /** @param retryAfterSeconds until the last of the exceeded windows ends. */
  constructor(policies: readonly string[], retryAfterSeconds: number) {
    super(platformProblems['too-many-requests'], {
      detail: `The limit ${policies.map((policy) => `"${policy}"`).join(', ')} is used up; wait ${retryAfterSeconds} seconds.`,
      headers: { 'retry-after': String(retryAfterSeconds) },
    });
    this.policies = policies;
  }
}

// `instance` is a URI reference: a path with bytes that no URI may hold is left out.
function isReference(path: string): boolean {
  return (
    path.length <= 2048 && /^\/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/.test(path) && !path.startsWith('//')
  );
}
