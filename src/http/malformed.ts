import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { newId } from '../shared/id.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import type { ProblemType } from '../shared/problem.ts';
import type { Logger } from '../telemetry/logs.ts';
import { expectContinue } from './expectation.ts';
import { problemBody } from './problems.ts';

/**
 * Answers what never becomes a request: malformed HTTP, oversized headers, clients too slow with their headers, CONNECT, and
 * unknown expectations. Must be called after Hapi has added its own listeners, which it replaces.
 *
 * Hapi's own `clientError` listener replies to a request that is already being answered; one request with `Connection:
 * close`, a body that is not JSON and one byte beyond Content-Length then ends the process (same family as hapi#4363).
 */
export function handleMalformed(listener: Server, log: Logger): void {
  // The last request of each connection; it stays when it is answered, which `writableEnded` tells.
  const busy = new WeakMap<Duplex, ServerResponse>();
  listener.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
    busy.set(req.socket, res);
  });

  listener.removeAllListeners('clientError');
  listener.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const res = busy.get(socket);
    // The request before the broken bytes is whole and will be answered; only then does the connection end.
    if (res !== undefined && !res.writableEnded && res.req.complete) {
      res.once('close', () => socket.destroy());
      return;
    }
    // A reset, or an answer whose head has left: no second head may follow it.
    if (error.code === 'ECONNRESET' || !socket.writable || (res?.headersSent === true && !res.closed)) {
      socket.destroy();
      return;
    }
    refuse(socket, problemOf(error), error.code);
  });

  listener.removeAllListeners('checkContinue');
  listener.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    expectContinue(req, res);
    listener.emit('request', req, res);
  });
  listener.on('checkExpectation', (req: IncomingMessage) =>
    refuse(
      req.socket,
      new Problem(platformProblems['expectation-failed'], { detail: 'Only 100-continue is supported.' }),
    ),
  );
  listener.on('connect', (_req: IncomingMessage, socket: Duplex) =>
    refuse(socket, new Problem(platformProblems['method-not-allowed'], { headers: { allow: '' } })),
  );

  function refuse(socket: Duplex, problem: Problem, cause?: string): void {
    const requestId = newId();
    log.info({ requestId, status: problem.status, code: problem.code, cause }, 'refused malformed HTTP');
    socket.on('error', () => socket.destroy());
    socket.end(rawProblem(problem, requestId), () => socket.destroy());
  }
}

function problemOf(error: NodeJS.ErrnoException): Problem {
  const type = byErrorCode[error.code ?? ''];
  return type === undefined ? malformed('This is not valid HTTP/1.1.') : new Problem(type);
}

const byErrorCode: Readonly<Record<string, ProblemType>> = {
  HPE_HEADER_OVERFLOW: platformProblems['header-fields-too-large'],
  ERR_HTTP_REQUEST_TIMEOUT: platformProblems['request-timeout'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: platformProblems['payload-too-large'],
};

function malformed(detail: string): Problem {
  return new Problem(platformProblems['malformed-request'], { detail });
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
};

/** A whole HTTP/1.1 answer as text, for sockets that have no response object. */
function rawProblem(problem: Problem, requestId: string): string {
  const body = JSON.stringify(problemBody(problem, requestId));
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
    Connection: 'close',
    ...(problem.headers['allow'] === undefined ? {} : { Allow: problem.headers['allow'] }),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${reasons[problem.status] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`;
}
