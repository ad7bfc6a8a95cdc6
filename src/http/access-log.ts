import { SpanStatusCode } from '@opentelemetry/api';
import type { Logger } from '../telemetry/logs.ts';
import type { Exchange } from './exchange.ts';
import type { RouteMetrics } from './metrics.ts';

/**
 * Records an exchange once its answer has left or its client has: metrics, span, one log line. Probes are not logged, and
 * neither are queries nor concrete paths: they may hold personal data.
 */
export function recordExchange(exchange: Exchange, metrics: RouteMetrics | null, log: Logger): void {
  const { req, res, route, span } = exchange;
  let recorded = false;
  exchange.record = () => {
    if (recorded) return;
    recorded = true;
    const milliseconds = performance.now() - exchange.startedAt;
    const status = res.headersSent ? res.statusCode : 499;
    metrics?.finished(status, milliseconds / 1_000);
    if (span !== undefined) {
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
    if (route?.rateLimit === 'internal' && status < 500) return;
    const line = {
      requestId: exchange.requestId,
      correlationId: exchange.correlationId,
      operation: route?.operationId,
      method: req.method,
      status,
      milliseconds: Math.round(milliseconds * 10) / 10,
      ...(exchange.problem === undefined ? {} : { code: exchange.problem }),
      ...(exchange.principal === null ? {} : { userId: exchange.principal.userId }),
      ...(exchange.replayed === true ? { replayed: true } : {}),
      ...(res.writableEnded || !res.destroyed ? {} : { cut: true }),
    };
    if (status >= 500) log.error(line, 'request');
    else log.info(line, 'request');
  };
  res.once('close', exchange.record);
}
