import type { IncomingMessage, ServerResponse } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import type { Principal } from '../contract/caller.ts';
import type { Route } from '../contract/route.ts';
import { newId } from '../shared/id.ts';
import type { Correlation } from '../telemetry/correlation.ts';
import { parseTraceparent } from '../telemetry/traceparent.ts';
import type { TraceParent } from '../telemetry/traceparent.ts';
import { beginSpan, decideSampling, nameTrace } from '../telemetry/tracing.ts';

export interface ExchangeOptions {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The client's address; behind trusted proxies the forwarded one. */
  readonly ip: string;
  /** Null for what is no operation: unknown paths, 405, the documentation. */
  readonly route: Route | null;
}

const CORRELATION_ID = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * One request and its answer, as the platform's concerns share it. It names the request (X-Request-Id is always ours), takes
 * over the caller's correlation id and trace, and decides on sampling.
 */
export class Exchange implements Correlation {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly ip: string;
  readonly route: Route | null;
  readonly requestId = newId();
  readonly correlationId: string;
  readonly operation: string | undefined;
  readonly span: Span | undefined;
  /** The path as it was sent, without the query: personal data tends to stand in queries. */
  readonly path: string;
  /** `performance.now()` at the beginning. */
  readonly startedAt = performance.now();
  /** Headers that every answer to this request carries, such as RateLimit. */
  readonly headers: Record<string, string> = {};
  principal: Principal | null = null;
  /** The code of the problem that was answered, for the log. */
  problem: string | undefined;
  /** Set when the answer came from the idempotency store. */
  replayed = false;
  /** Writes the log line and the metrics, once; for answers whose connection stays open for a while. */
  record: () => void = () => {};
  readonly #parent: TraceParent | null;

  constructor({ req, res, ip, route }: ExchangeOptions) {
    const { headers, url = '/' } = req;
    const query = url.indexOf('?');
    const given = headers['x-correlation-id'];
    const traceparent = headers['traceparent'];
    this.req = req;
    this.res = res;
    this.ip = ip;
    this.route = route;
    this.operation = route?.operationId;
    this.path = query === -1 ? url : url.slice(0, query);
    this.correlationId = typeof given === 'string' && CORRELATION_ID.test(given) ? given : this.requestId;
    this.#parent = parseTraceparent(typeof traceparent === 'string' ? traceparent : undefined);
    this.span = route !== null && isRecorded(route, this.#parent) ? this.#begin(route) : undefined;
  }

  /** Made when somebody asks: most requests pass nothing on. */
  get traceparent(): string {
    return nameTrace(this.span, this.#parent, this.requestId);
  }

  /** 32 hexadecimal digits. */
  get traceId(): string {
    return this.span?.spanContext().traceId ?? this.#parent?.traceId ?? this.requestId.replaceAll('-', '');
  }

  #begin(route: Route): Span | undefined {
    return beginSpan({
      name: route.operationId,
      kind: SpanKind.SERVER,
      parent: this.#parent,
      sampled: true,
      attributes: { 'http.route': route.path, 'http.request.method': this.req.method ?? '' },
      requestId: this.requestId,
    });
  }
}

/** Probes and calls between processes begin no trace: they are recorded only within a recorded one. */
function isRecorded(route: Route, parent: TraceParent | null): boolean {
  return (!route.internal || parent?.sampled === true) && decideSampling(parent);
}
