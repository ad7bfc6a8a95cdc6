import { correlation } from '../telemetry/correlation.ts';

/** What the queue stores: the payload, and whose request or job it belongs to. */
export interface Envelope {
  readonly payload: object;
  /** The key it was enqueued under: the queue takes it off a job that a fresh one has replaced. */
  readonly key?: string;
  readonly correlationId?: string;
  readonly traceparent?: string;
}

/** Wraps a payload together with the ids of the request or job that enqueues it. */
export function wrap(payload: object, key?: string): Envelope {
  const current = correlation();
  return {
    payload,
    ...(key === undefined ? {} : { key }),
    ...(current === undefined ? {} : { correlationId: current.correlationId, traceparent: current.traceparent }),
  };
}

/** Reads a stored job. What the clock enqueued has no envelope: its payload is empty. */
export function unwrap(stored: unknown): Envelope {
  if (typeof stored === 'object' && stored !== null && 'payload' in stored) return stored as Envelope;
  return { payload: {} };
}
