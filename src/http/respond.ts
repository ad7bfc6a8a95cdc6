import type { Problem } from '../shared/problem.ts';
import { isBodyComplete } from './body.ts';
import type { Exchange } from './exchange.ts';
import { awaitsContinue } from './expectation.ts';
import { oauthError } from './oauth-error.ts';
import { problemBody } from './problems.ts';

/** A complete answer, ready to be written or stored. Header names as they go over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text where possible: Node then sends head and body in one write (measured: a tenth of a small request). */
  readonly body: string | Buffer | null;
}

/** What the server adds to every answer. */
export interface Responder {
  /** Beside the ones every server sends, such as Strict-Transport-Security behind https. */
  readonly headers: Readonly<Record<string, string>>;
  /** True while draining: answers then ask the client to leave the connection. */
  closing(): boolean;
  /** CORS headers for this request, if its origin is allowed. */
  cors(exchange: Exchange): Readonly<Record<string, string>>;
}

/** Private by default: what is public and cacheable says so itself. */
const baseHeaders = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

const baseNames = Object.keys(baseHeaders) as (keyof typeof baseHeaders)[];

/** The headers of an answer: base, request ids, CORS, what the concerns gathered, then the answer's own. */
export function answerHeaders(
  exchange: Exchange,
  responder: Responder,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const list = headerList(exchange, responder, own);
  const headers: Record<string, string> = {};
  for (let at = 0; at < list.length; at += 2) headers[list[at] ?? ''] = list[at + 1] ?? '';
  return headers;
}

/** The same as Node takes it without merging objects: names and values in turn. */
function headerList(exchange: Exchange, responder: Responder, own: Readonly<Record<string, string>>): string[] {
  const list: string[] = [];
  const cors = responder.cors(exchange);
  for (const name of baseNames) {
    if (!(name in own) && !(name in cors)) list.push(name, baseHeaders[name]);
  }
  for (const name in responder.headers) list.push(name, responder.headers[name] ?? '');
  list.push('X-Request-Id', exchange.requestId, 'X-Correlation-ID', exchange.correlationId);
  for (const name in cors) if (!(name in own)) list.push(name, cors[name] ?? '');
  for (const name in exchange.headers) if (!(name in own)) list.push(name, exchange.headers[name] ?? '');
  for (const name in own) list.push(name, own[name] ?? '');
  return list;
}

/** Writes a complete answer. An answer that comes before the request's body was read ends the connection decently. */
export function send(exchange: Exchange, responder: Responder, answer: Answer): void {
  const { req, res } = exchange;
  if (res.headersSent || res.destroyed) return;
  const { body, status } = answer;
  const headers = headerList(exchange, responder, answer.headers);
  const bodiless = status === 204 || status === 304;
  const length = body === null ? 0 : Buffer.byteLength(body);
  if (!bodiless) headers.push('Content-Length', String(length));
  const unread = hasUnreadBody(exchange);
  if (unread || responder.closing()) headers.push('Connection', 'close');
  res.writeHead(status, headers);
  if (unread && !awaitsContinue(req)) {
    linger(exchange, bodiless ? null : body);
  } else if (body === null || bodiless) {
    res.end();
  } else {
    // Text of ASCII alone is one copy instead of a transcoding of head and body.
    res.end(body, body.length === length ? 'latin1' : 'utf8');
  }
}

/** Answers a refusal as application/problem+json. */
export function sendProblem(exchange: Exchange, responder: Responder, problem: Problem): void {
  exchange.problem = problem.code;
  send(exchange, responder, problemAnswer(exchange, problem));
}

/** A problem as an answer, so that it can be checked or stored like any other. */
export function problemAnswer(exchange: Exchange, problem: Problem): Answer {
  const headers: Record<string, string> = { 'Content-Type': 'application/problem+json' };
  for (const [name, value] of Object.entries(problem.headers)) headers[canonicalName(name)] = value;
  const told = problemBody(problem, exchange.requestId, exchange.path);
  const body = JSON.stringify(exchange.route?.basicCredentials === true ? { ...told, ...oauthError(problem) } : told);
  return { status: problem.status, headers, body };
}

/** `retry-after` as `Retry-After`; the few names that are not simply capitalised are listed. */
function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  if (lower === 'etag') return 'ETag';
  if (lower === 'www-authenticate') return 'WWW-Authenticate';
  return lower.replaceAll(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

function hasUnreadBody({ req }: Exchange): boolean {
  if (isBodyComplete(req)) return false;
  const length = req.headers['content-length'];
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

const lingerMilliseconds = 2_000;
// More than any body that is read whole.
const lingerBytes = 8_388_608;

/**
 * Sends the answer at once but closes only when the client has stopped sending, or after two seconds or eight mebibytes.
 * Closing with unread bytes makes the kernel send RST, and the client would lose the answer with it.
 */
function linger({ req, res, record }: Exchange, body: Answer['body']): void {
  if (body === null) res.flushHeaders();
  else res.write(body);
  record();
  let discarded = 0;
  const done = () => {
    clearTimeout(timer);
    req.off('data', count);
    if (!res.writableEnded) res.end();
  };
  const count = (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > lingerBytes) done();
  };
  const timer = setTimeout(done, lingerMilliseconds);
  req.on('data', count);
  req.once('end', done);
  req.once('error', done);
  res.once('close', done);
  req.resume();
}
