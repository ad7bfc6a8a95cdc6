import { randomBytes, randomUUID } from 'node:crypto';
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import type { Attributes, Span, SpanContext, Tracer } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { correlation, withCorrelation } from './correlation.ts';
import { createSampling } from './sampling.ts';
import type { Sampling, SamplingOptions } from './sampling.ts';
import { parseTraceparent } from './traceparent.ts';
import type { TraceParent } from './traceparent.ts';

export interface TracingOptions extends SamplingOptions {
  /** OTLP/HTTP base address; undefined leaves tracing off. */
  readonly endpoint: string | undefined;
  readonly serviceVersion: string;
  /** For tests: takes the spans instead of a collector. */
  readonly exporter?: SpanExporter;
}

// Set once by startTracing. Null is the normal state of a process without a collector: every function below then costs
// one comparison (measured: about 0 against 45 µs per request for the stock instrumentations).
let tracer: Tracer | null = null;
let sampling: Sampling = () => false;

/**
 * Starts exporting spans when an endpoint is configured; the SDK is not even loaded otherwise. None of its instrumentations,
 * metrics or logs are on: spans are made where the operation is known.
 * @returns what flushes and stops it, within three seconds.
 */
export async function startTracing(options: TracingOptions): Promise<() => Promise<void>> {
  const { endpoint } = options;
  if (endpoint === undefined && options.exporter === undefined) return async () => {};
  const [{ NodeSDK }, { AlwaysOnSampler, BatchSpanProcessor }, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
  ]);
  const exporter =
    options.exporter ?? new OTLPTraceExporter({ url: `${(endpoint ?? '').replace(/\/+$/, '')}/v1/traces` });
  const sdk = new NodeSDK({
    resource: resources.resourceFromAttributes({
      'service.name': 'portico',
      'service.version': options.serviceVersion,
      'service.instance.id': randomUUID(),
    }),
    // Not the process's command line, user or host, as the stock detectors would add.
    resourceDetectors: [resources.resourceAttributesEnvDetector, resources.serviceNameEnvDetector],
    // Spans are made only when a trace is recorded, so whatever reaches the SDK is kept.
    sampler: new AlwaysOnSampler(),
    // Bounded: what a slow collector does not take is dropped, never waited for.
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: 10_000 })],
    textMapPropagator: null,
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  tracer = trace.getTracer('portico', options.serviceVersion);
  sampling = createSampling(options);
  return async () => {
    tracer = null;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, 3_000)));
    await Promise.race([sdk.shutdown(), limit]);
    clearTimeout(timer);
    // What the SDK registered would otherwise keep the next one of this process from starting.
    trace.disable();
    context.disable();
  };
}

/** Whether a trace is recorded, decided once where it enters and before anything is made (see `createSampling`). */
export function decideSampling(parent: TraceParent | null): boolean {
  return tracer !== null && sampling(parent);
}

export interface RootSpan {
  readonly name: string;
  readonly kind: SpanKind;
  /** Whose trace this continues, if any. */
  readonly parent: TraceParent | null;
  readonly sampled: boolean;
  readonly attributes: Attributes;
  /** Becomes the trace id when nobody passed one and nothing is recorded: a UUID without its dashes is a valid one. */
  readonly requestId: string;
}

/** Begins the outermost span of a request or job, or only names the trace when it is not sampled. */
export function beginTrace(root: RootSpan): { readonly span: Span | undefined; readonly traceparent: string } {
  const span = beginSpan(root);
  return { span, traceparent: nameTrace(span, root.parent, root.requestId) };
}

/** Begins the outermost span of a request or job; undefined when it is not sampled. */
export function beginSpan(root: RootSpan): Span | undefined {
  if (tracer === null || !root.sampled) return undefined;
  const place = root.parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote(root.parent));
  return tracer.startSpan(root.name, { kind: root.kind, attributes: root.attributes }, place);
}

/** The traceparent to pass on for what {@link beginSpan} began, or did not. */
export function nameTrace(span: Span | undefined, parent: TraceParent | null, requestId: string): string {
  if (span !== undefined) return traceparentOf(span);
  return `00-${parent?.traceId ?? requestId.replaceAll('-', '')}-${parent?.spanId ?? newSpanId(requestId)}-00`;
}

/** Runs `work` in a child span of the current one; just runs it when nothing is being recorded. */
export async function withSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  const current = correlation();
  if (tracer === null || current?.span === undefined) return work();
  const parent = trace.setSpan(ROOT_CONTEXT, current.span);
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
  try {
    return await withCorrelation({ ...current, span, traceparent: traceparentOf(span) }, work);
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** The running trace to note beside work that others will do later, in batches; null when it is not recorded. */
export function recordedTrace(): string | null {
  const current = correlation();
  return current?.span === undefined ? null : current.traceparent;
}

/**
 * One call to a vendor, as a span in the trace of what wanted it: under the running job or request when both are one trace;
 * else right below its origin, with a link to the batch that made the call for many.
 *
 * @param origin what `recordedTrace` gave when the call was asked for; without it no span is made
 * @param work is given the traceparent for the vendor
 */
export async function traceCall<Result extends { readonly outcome: string }>(
  vendor: string,
  origin: string | undefined,
  work: (traceparent?: string) => Promise<Result>,
): Promise<Result> {
  const parent = tracer === null ? null : parseTraceparent(origin);
  if (tracer === null || parent?.sampled !== true) return work();
  const current = correlation();
  const batch = current?.span?.spanContext();
  const own = batch?.traceId === parent.traceId;
  const place = trace.setSpanContext(ROOT_CONTEXT, own ? batch : remote(parent));
  const span = tracer.startSpan(
    `send ${vendor}`,
    {
      kind: SpanKind.CLIENT,
      attributes: { 'portico.vendor': vendor },
      links: own || batch === undefined ? [] : [{ context: batch }],
    },
    place,
  );
  const traceparent = traceparentOf(span);
  const call = (): Promise<Result> => work(traceparent);
  try {
    const result = await (current === undefined ? call() : withCorrelation({ ...current, span, traceparent }, call));
    span.setAttribute('portico.outcome', result.outcome);
    if (troubled.has(result.outcome)) span.setStatus({ code: SpanStatusCode.ERROR });
    return result;
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Outcomes that speak against the vendor; any other is an answer. */
const troubled = new Set(['unknown', 'unavailable']);

/** One statement on PostgreSQL; called by the database layer around every query. Values never enter the span. */
export function traceQuery<T>(statementName: string, run: () => Promise<T>): Promise<T> {
  if (tracer === null) return run();
  return withSpan(statementName, { 'db.system.name': 'postgresql', 'db.query.summary': statementName }, run);
}

/** Marks a span as failed. Only the error's class is kept: messages may hold values. */
export function failSpan(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', Error.isError(error) ? error.name : typeof error);
}

function traceparentOf(span: Span): string {
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}

function remote(parent: TraceParent): SpanContext {
  return { traceId: parent.traceId, spanId: parent.spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

/** The random half of a UUID is random enough to name a span that is never recorded; zeros would be invalid. */
function newSpanId(requestId: string): string {
  const id = requestId.replaceAll('-', '').slice(16);
  return /^[0-9a-f]{16}$/.test(id) && !/^0+$/.test(id) ? id : randomBytes(8).toString('hex');
}
