import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@opentelemetry/api';
import type { Principal } from '../contract/caller.ts';

/** What ties log lines, jobs, events and vendor calls to the request or job they come from. */
export interface Correlation {
  /** The id of this request, or of this run of a job. */
  readonly requestId: string;
  /** The caller's X-Correlation-ID, else the id of the first request; jobs inherit it from whoever enqueued them. */
  readonly correlationId: string;
  /** What runs: an operationId, or the name of a job. */
  readonly operation?: string | undefined;
  /** Of a request: the client's address. */
  readonly ip?: string;
  /** Of a request: who proved to be calling, once that is known. */
  readonly principal?: Principal | null;
  /** W3C traceparent to pass on. Its sampled flag is our own decision, never a stranger's. */
  readonly traceparent: string;
  /** The span in progress; absent when this trace is not sampled, and then no child span is made either. */
  readonly span?: Span | undefined;
}

const storage = new AsyncLocalStorage<Correlation>();

/** The correlation of the running request or job; undefined outside of both (start-up, timers). */
export function correlation(): Correlation | undefined {
  return storage.getStore();
}

/** Runs `work`, and all that it awaits, under this correlation. */
export function withCorrelation<T>(value: Correlation, work: () => T): T {
  return storage.run(value, work);
}
