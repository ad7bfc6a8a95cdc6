import type { IncomingMessage, ServerResponse } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import type { Principal } from '../contract/caller.ts';
import type { Route } from '../contract/route.ts';
import { newId } from '../shared/id.ts';
import { parseTraceparent } from '../telemetry/traceparent.ts';
import type { TraceParent } from '../telemetry/traceparent.ts';
import { beginTrace, decideSampling } from '../telemetry/tracing.ts';
import type { Correlation } from '../telemetry/correlation.ts';

/** One request and its answer, as the platform's concerns share it. */
export interface Exchange extends Correlation {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The client's address; behind trusted proxies the forwarded one. */
  readonly ip: string;
  /** The path as it was sent, without the query: personal data tends to stand in queries. */
  readonly path: string;
  /** `performance.now()` at the beginning. */
  readonly startedAt: number;
  /** Null for what is no operation: unknown paths, 405, the documentation. */
  readonly route: Route | null;
  readonly span?: Span;
  /** Headers that every answer to this request carries, such as RateLimit. */
  readonly headers: Record<string, string>;
  principal: Principal | null;
  /** The code of the problem that was answered, for the log. */
  problem?: string;
  /** Set when the answer came from the idempotency store. */
  replayed?: boolean;
  /** Writes the log line and the metrics, once; for answers whose connection stays open for a while. */
  record: () => void;
}

export interface ExchangeOptions {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly ip: string;
  readonly route: Route | null;
}

const CORRELATION_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Names the request (X-Request-Id is always ours), takes over the caller's correlation id and trace, decides on sampling. */
export function beginExchange({ req, res, ip, route }: ExchangeOptions): Exchange {
  const requestId = newId();
  const given = req.headers['x-correlation-id'];
  const correlationId = typeof given === 'string' && CORRELATION_ID.test(given) ? given : requestId;
  const traceparent = req.headers['traceparent'];
  const parent = parseTraceparent(typeof traceparent === 'string' ? traceparent : undefined);
  const { span, traceparent: passedOn } = beginTrace({
    name: route?.operationId ?? 'unrouted',
    kind: SpanKind.SERVER,
    parent,
    sampled: isRecorded(route, parent),
    attributes: route === null ? {} : { 'http.route': route.path, 'http.request.method': req.method ?? '' },
    requestId,
  });
  const url = req.url ?? '/';
  const query = url.indexOf('?');
  return {
    req,
    res,
    ip,
    route,
    requestId,
    correlationId,
    ...(route === null ? {} : { operation: route.operationId }),
    traceparent: passedOn,
    ...(span === undefined ? {} : { span }),
    path: query === -1 ? url : url.slice(0, query),
    startedAt: performance.now(),
    headers: {},
    principal: null,
    record: () => {},
  };
}

/** Probes and calls between processes begin no trace: they are recorded only within a recorded one. */
function isRecorded(route: Route | null, parent: TraceParent | null): boolean {
  if (route === null || (route.internal && parent?.sampled !== true)) return false;
  return decideSampling(parent);
}
