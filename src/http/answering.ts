import type { IncomingMessage, ServerResponse } from 'node:http';
import { withCorrelation } from '../telemetry/correlation.ts';
import type { ReportError } from '../telemetry/error-reports.ts';
import type { Logger } from '../telemetry/logs.ts';
import { recordExchange } from './access-log.ts';
import { ClientGone } from './body.ts';
import type { ClientAddress } from './client-address.ts';
import { Exchange } from './exchange.ts';
import type { RouteMetrics } from './metrics.ts';
import { runOperation } from './operations.ts';
import type { Operation, OperationDependencies, Outcome } from './operations.ts';
import { toProblem } from './problems.ts';
import { problemAnswer, send } from './respond.ts';
import type { Answer, Responder } from './respond.ts';
import { sendEvents, sendStream } from './stream.ts';

export interface AnsweringOptions {
  readonly dependencies: OperationDependencies;
  readonly responder: Responder;
  readonly clientAddress: ClientAddress;
  /** Counts what is no operation. */
  readonly others: RouteMetrics;
  /** How often an idle event stream shows that it is alive. */
  readonly heartbeatMilliseconds: number;
  readonly log: Logger;
  /** Told of every failure that is neither a refusal nor an outage. */
  readonly reportError: ReportError;
}

/** Node's pair, as Hapi's `request.raw` holds it. */
export interface RawExchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** Runs an operation and answers, whatever happens. Never rejects. */
export function answerOperation(
  options: AnsweringOptions,
  operation: Operation,
  raw: RawExchange,
  path: Readonly<Record<string, string>>,
): Promise<void> {
  const exchange = begin(options, raw, operation);
  return withCorrelation(exchange, async () => {
    try {
      const outcome = await runOperation(options.dependencies, operation, exchange, path);
      if (outcome.kind === 'answer') send(exchange, options.responder, outcome.answer);
      else await stream(options, exchange, outcome);
    } catch (error) {
      fail(options, exchange, error, operation);
    }
  });
}

async function stream(
  { responder, heartbeatMilliseconds }: AnsweringOptions,
  exchange: Exchange,
  outcome: Extract<Outcome, { kind: 'stream' }>,
): Promise<void> {
  const isEvents = outcome.answer.headers['Content-Type']?.startsWith('text/event-stream') === true;
  if (!isEvents) return sendStream(exchange, responder, outcome.answer);
  return sendEvents(exchange, responder, outcome.answer, { signal: outcome.signal, heartbeatMilliseconds });
}

/** Answers what is no operation: pages, undeclared methods, unknown paths. Never rejects. */
export async function answerOther(
  options: AnsweringOptions,
  raw: RawExchange,
  answer: (exchange: Exchange) => Answer | Promise<Answer>,
): Promise<void> {
  const exchange = begin(options, raw);
  await withCorrelation(exchange, async () => {
    try {
      send(exchange, options.responder, await answer(exchange));
    } catch (error) {
      fail(options, exchange, error);
    }
  });
}

function begin(options: AnsweringOptions, { req, res }: RawExchange, operation?: Operation): Exchange {
  const { clientAddress, others, log } = options;
  const exchange = new Exchange({ req, res, ip: clientAddress(req), route: operation?.route ?? null });
  recordExchange(exchange, operation?.metrics ?? others, log);
  return exchange;
}

/** Tells the caller what was thrown, as far as it is the caller's business, and the log the rest. */
function fail(options: AnsweringOptions, exchange: Exchange, error: unknown, operation?: Operation): void {
  const { log, responder, dependencies } = options;
  const { res } = exchange;
  if (error instanceof ClientGone || isPrematureClose(error)) {
    res.destroy();
    return;
  }
  let problem = toProblem(error, dependencies.constraints);
  if (problem.status >= 500) {
    const name = operation?.route.operationId;
    log.error({ operation: name, error: problem.cause ?? problem }, 'request failed');
    // 503 is an outage that others tell of; 500 is a defect.
    if (problem.status === 500) {
      options.reportError(problem.cause ?? problem, {
        operation: name,
        userId: exchange.principal?.kind === 'user' ? exchange.principal.userId : undefined,
      });
    }
  }
  if (res.destroyed) return;
  if (res.headersSent) {
    // Half an answer must not look like a whole one.
    if (problem.status < 500) log.error({ error }, 'refused after the answer had begun');
    res.destroy();
    return;
  }
  if (operation !== undefined) {
    try {
      dependencies.checkResponse(exchange, operation, problemAnswer(exchange, problem));
    } catch (breach) {
      problem = toProblem(breach, dependencies.constraints);
    }
  }
  exchange.problem = problem.code;
  send(exchange, responder, problemAnswer(exchange, problem));
}

/** How a stream to a client that has left ends. */
function isPrematureClose(error: unknown): boolean {
  return Error.isError(error) && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
