import { SpanStatusCode } from '@opentelemetry/api';
import { isLogged, writeLine } from '../telemetry/logs.ts';
import { callerId } from '../contract/caller.ts';
import type { Logger } from '../telemetry/logs.ts';
import { maskText } from '../telemetry/redaction.ts';
import type { Exchange } from './exchange.ts';
import type { RouteMetrics } from './metrics.ts';

/**
 * Records an exchange once its answer has left or its client has: metrics, span, one log line. Probes are not logged, and
 * neither are queries nor concrete paths: they may hold personal data.
 */
export function recordExchange(exchange: Exchange, metrics: RouteMetrics, log: Logger): void {
  const { res, route, span } = exchange;
  let recorded = false;
  exchange.record = () => {
    if (recorded) return;
    recorded = true;
    const milliseconds = performance.now() - exchange.startedAt;
    const status = res.headersSent ? res.statusCode : 499;
    metrics.finished(status, milliseconds / 1_000);
    if (span !== undefined) {
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
    if (route?.rateLimit === 'internal' && status < 500) return;
    const level = status >= 500 ? 'error' : 'info';
    if (isLogged(log, level)) writeLine(log, level, lineOf(exchange, status, milliseconds), 'request');
  };
  res.on('close', exchange.record);
}

/**
 * The line's own fields as JSON, put together by hand. Nothing in it needs escaping: ids, codes and method are of few
 * characters, and the one text that a stranger chose, the correlation id, is of the same.
 */
function lineOf(exchange: Exchange, status: number, milliseconds: number): string {
  const { req, res, requestId, correlationId, route, principal, problem } = exchange;
  const correlation = correlationId === requestId ? requestId : maskText(correlationId);
  let line = `"requestId":"${requestId}","correlationId":"${correlation}","trace":"${exchange.traceId}"`;
  if (route !== null) line += `,"operation":"${route.operationId}"`;
  line += `,"method":"${req.method ?? ''}","status":${status},"milliseconds":${Math.round(milliseconds * 10) / 10}`;
  if (problem !== undefined) line += `,"code":"${problem}"`;
  if (principal !== null) {
    const id = JSON.stringify(callerId(principal));
    line += principal.kind === 'client' ? `,"clientId":${id}` : `,"userId":${id}`;
  }
  if (exchange.replayed) line += ',"replayed":true';
  if (!res.writableEnded && res.destroyed) line += ',"cut":true';
  return line;
}
