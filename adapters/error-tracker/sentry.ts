import type { NodeOptions } from '@sentry/node';
import type { ErrorReport, ErrorTracker } from '../../src/ports/error-tracker.ts';

export interface SentryOptions {
  /** Where to, and as which project: `https://<key>@<host>/<project>`. */
  readonly dsn: string;
  /** The version of Portico. */
  readonly release: string;
  /** After this long a silent server counts as away. Default 5,000. */
  readonly timeoutMilliseconds?: number;
}

/** Reports under way; more are dropped. */
const WAITING = 64;

/**
 * Sentry, and whatever else speaks its envelope protocol. Only the client of the SDK is used: none of its instrumentation,
 * no integration that would collect more than a report holds, and nothing global that our own tracing could meet.
 */
export async function createSentryErrorTracker(options: SentryOptions): Promise<ErrorTracker> {
  // Loaded only where it is configured: it takes some 200 ms.
  const { NodeClient, Scope, createTransport, defaultStackParser } = await import('@sentry/node');
  const transport: NonNullable<NodeOptions['transport']> = (about) =>
    createTransport({ ...about, bufferSize: WAITING }, async ({ body }) => {
      // The SDK's own transport waits for a silent server for ever, and with it everything behind.
      const answer = await fetch(about.url, {
        method: 'POST',
        body: body as string | Uint8Array<ArrayBuffer>,
        headers: { 'content-type': 'application/x-sentry-envelope' },
        signal: AbortSignal.timeout(options.timeoutMilliseconds ?? 5_000),
      });
      await answer.body?.cancel();
      const headers = {
        'retry-after': answer.headers.get('retry-after'),
        'x-sentry-rate-limits': answer.headers.get('x-sentry-rate-limits'),
      };
      return { statusCode: answer.status, headers };
    });
  const client = new NodeClient({
    dsn: options.dsn,
    release: `portico@${options.release}`,
    transport,
    stackParser: defaultStackParser,
    integrations: [],
    enableRuntimeChannelInjection: false,
    sendClientReports: false,
    includeServerName: false,
  });

  // Making an event costs a millisecond (measured), so what would be dropped is not made.
  let waiting = 0;
  client.on('afterSendEvent', () => void (waiting -= 1));

  return {
    name: 'sentry',
    report(report) {
      if (waiting >= WAITING) return;
      waiting += 1;
      client.captureEvent(
        {
          timestamp: report.at.getTime() / 1_000,
          level: report.fatal ? 'fatal' : 'error',
          exception: {
            values: [
              {
                type: report.name,
                value: report.message,
                stacktrace: { frames: defaultStackParser(report.stack) },
              },
            ],
          },
          ...transactionOf(report),
          tags: tagsOf(report),
          ...(report.userId === null ? {} : { user: { id: report.userId } }),
          contexts: report.traceparent === null ? {} : { trace: traceOf(report.traceparent) },
        },
        undefined,
        new Scope(),
      );
    },
    async close(milliseconds) {
      await client.close(milliseconds);
    },
  };
}

function transactionOf({ operation, job }: ErrorReport): { readonly transaction?: string } {
  const name = operation ?? job;
  return name === null ? {} : { transaction: name };
}

function tagsOf({ operation, job, requestId, correlationId }: ErrorReport): Record<string, string> {
  return {
    ...(operation === null ? {} : { operation }),
    ...(job === null ? {} : { job }),
    ...(requestId === null ? {} : { request_id: requestId }),
    ...(correlationId === null ? {} : { correlation_id: correlationId }),
  };
}

/** `00-<trace>-<span>-<flags>`. */
function traceOf(traceparent: string): { readonly trace_id: string; readonly span_id: string } {
  return { trace_id: traceparent.slice(3, 35), span_id: traceparent.slice(36, 52) };
}
