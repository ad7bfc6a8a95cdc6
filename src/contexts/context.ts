import type { Job, ScheduledJob, TaskBinding } from '../jobs/queue.ts';
import type { ProblemType } from '../shared/problem.ts';

/**
 * What a handler gives back. The precise type of each operation is `Result` in src/contract/handlers.ts; this is its shape
 * when the platform runs it.
 */
export interface OperationResult {
  readonly status: number;
  /** The response headers the operation declares, spelled as in the document. */
  readonly headers?: Readonly<Record<string, string | number | undefined>>;
  /** A JSON value; for `x-streaming: response` an AsyncIterable of events, for downloads a Readable or Buffer. */
  readonly body?: unknown;
}

/**
 * Handlers under their operationId. `never` accepts every operation's own input and caller type: the context checks its map
 * with `satisfies`, the platform gives each handler exactly what the contract generated for it.
 */
export type OperationHandlers = Readonly<Record<string, (input: never, caller: never) => Promise<OperationResult>>>;

/** The jobs to enqueue, in the publisher's transaction, for each event a context listens to. */
export type Subscriptions = Readonly<Record<string, readonly Job<object>[]>>;

/** One bounded context as the composition sees it: `create<Context>(dependencies)` returns this plus its own questions API. */
export interface ContextModule {
  /** The folder's name, as PORTICO_CONTEXTS spells it. */
  readonly name: string;
  readonly operations: OperationHandlers;
  readonly tasks: readonly TaskBinding[];
  /** Jobs a clock enqueues; each needs a binding in `tasks`. */
  readonly schedule: readonly ScheduledJob[];
  readonly subscriptions: Subscriptions;
  /** The context's closed list of refusals: each gets its page at /problems/{code}. */
  readonly problems?: Readonly<Record<string, ProblemType>>;
  /** Violations that a caller can cause, by PostgreSQL constraint name: what they mean to that caller. */
  readonly constraints?: Readonly<Record<string, ProblemType>>;
}
