import type { Handlers } from '../contract/handlers.ts';
import type { SealedColumn } from '../database/sealed-column.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Subscribers } from '../jobs/events.ts';
import type { ScheduledJob, TaskBinding } from '../jobs/queue.ts';
import type { ProblemType } from '../shared/problem.ts';

/** A part of what a context knows about one person, for the export of that person's data. */
export interface PersonalDataSection {
  /** In camelCase, unique over all contexts: `walletEntries`. */
  readonly name: string;
  /** Gives the records a page at a time, so that a long history is never held whole. */
  readonly read: (userId: string) => AsyncIterable<readonly object[]>;
}

/** What one quarter of an hour comes to, by a context's own tables. */
export interface Recounted {
  /** The start of the quarter. */
  readonly bucket: Date;
  /** The campaign or group it belongs to; the zero UUID is none. */
  readonly subject: string;
  readonly dimension: string;
  readonly n: number;
  readonly amount: number;
}

/** The other way to the figures of a dashboard: counts the facts of one metric anew, from what they were told of. */
export interface Recount {
  /** As the context's triggers name it in `analytics.facts`. */
  readonly metric: string;
  /** Counts the buckets in [from, to). Reads everything that lies there: for jobs, on the reporting pool. */
  readonly read: (tx: Transaction, from: Date, to: Date) => Promise<Recounted[]>;
  /** The earliest moment there is anything to count; null for nothing. */
  readonly begins: (tx: Transaction) => Promise<Date | null>;
}

/** One bounded context as the composition sees it: `create<Context>(dependencies)` returns this plus its own questions API. */
export interface ContextModule {
  /** The folder's name, as PORTICO_CONTEXTS spells it. */
  readonly name: string;
  /** Total over the context's document: `satisfies ContextHandlers<'…'>`. */
  readonly operations: Partial<Handlers>;
  readonly tasks: readonly TaskBinding[];
  /** Jobs a clock enqueues; each needs a binding in `tasks`. */
  readonly schedule: readonly ScheduledJob[];
  /** The jobs that each event enqueues, in the transaction of whoever publishes it. */
  readonly subscriptions: Subscribers;
  /** What it knows about a person; a context that keeps nothing about people leaves it out. */
  readonly personalData?: readonly PersonalDataSection[];
  /** What it tells facts of, for dashboards, can be counted anew by these. */
  readonly recounts?: readonly Recount[];
  /** The context's closed list of refusals: each gets its page at /problems/{code}. */
  readonly problems?: Readonly<Record<string, ProblemType>>;
  /** Violations that a caller can cause, by PostgreSQL constraint name: what they mean to that caller. */
  readonly constraints?: Readonly<Record<string, ProblemType>>;
  /** What it keeps sealed: a new key reaches these columns by itself. */
  readonly sealedColumns?: readonly SealedColumn[];
}
