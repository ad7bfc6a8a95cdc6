import { correlation } from '../telemetry/correlation.ts';

/** What the queue stores: the payload, and whose request or job it belongs to. */
export interface Envelope {
  readonly payload: object;
  readonly correlationId?: string;
  readonly traceparent?: string;
}

/** Wraps a payload together with the ids of the request or job that enqueues it. */
export function wrap(payload: object): Envelope {
  const current = correlation();
  if (current === undefined) return { payload };
  return { payload, correlationId: current.correlationId, traceparent: current.traceparent };
}

/** Reads a stored job. What the clock enqueued has no envelope: its payload is empty. */
export function unwrap(stored: unknown): Envelope {
  if (typeof stored === 'object' && stored !== null && 'payload' in stored) return stored as Envelope;
  return { payload: {} };
}
