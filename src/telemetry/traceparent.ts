import { TraceFlags } from '@opentelemetry/api';

/** A parsed W3C traceparent. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads a traceparent header; anything malformed, or all zeros, is as if absent (W3C Trace Context §3.2.2). */
export function parseTraceparent(header: string | null | undefined): TraceParent | null {
  const match = header === undefined || header === null ? null : TRACEPARENT.exec(header);
  if (match === null) return null;
  const [, traceId = '', spanId = '', flags = ''] = match;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & TraceFlags.SAMPLED) !== 0 };
}
