import type { AnonymousCaller } from '../contract/caller.ts';
import type { PlainHandler, PlainInput } from '../contract/handlers.ts';
import type { RateLimitClass, Route } from '../contract/route.ts';
import type { RawRequest, RequestVerdict } from '../contract/validate-request.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import { toAnswer, toStreamedAnswer } from './answer.ts';
import { audited } from './audited.ts';
import type { Authenticate, Credentials, TokenVerifier } from './authentication.ts';
import { authorize } from './authorization.ts';
import { createCaller } from './caller.ts';
import { runCommand } from './command.ts';
import type { CommandDependencies } from './command.ts';
import { notModified } from './etag.ts';
import type { Exchange } from './exchange.ts';
import type { RouteMetrics } from './metrics.ts';
import { producedTypes, requireAcceptable } from './negotiation.ts';
import type { RateLimit } from './rate-limit.ts';
import { parseBody } from './request-body.ts';
import type { BodyTimes, ParsedBody } from './request-body.ts';
import type { Answer } from './respond.ts';
import type { Guard } from './service-operations.ts';
import type { StreamedAnswer } from './stream.ts';

export interface OperationDependencies extends CommandDependencies {
  readonly validate: (route: Route, raw: RawRequest) => RequestVerdict | Promise<RequestVerdict>;
  readonly authenticate: Authenticate;
  readonly verifier: TokenVerifier;
  readonly rateLimit: RateLimit;
  readonly bodyTimes: BodyTimes;
  /** Aborts when a drain begins: streams end. */
  readonly draining: AbortSignal;
  /** Aborts when the grace of a drain is over: every request ends. */
  readonly ending: AbortSignal;
}

/** One operation, ready to judge requests. */
export interface Operation {
  readonly route: Route;
  readonly handler: PlainHandler;
  readonly metrics: RouteMetrics;
  readonly produced: readonly string[];
  /** Headers of every answer: what a deprecated operation announces. */
  readonly headers: Readonly<Record<string, string>>;
  /** Judges the raw request beyond what the contract can say; throws to refuse. */
  readonly guard: Guard | undefined;
}

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'stream'; readonly answer: StreamedAnswer; readonly signal: AbortSignal };

/** @throws when the document asks for what cannot be kept: a bug in the contract, seen at start-up. */
export function createOperation(route: Route, handler: PlainHandler, metrics: RouteMetrics, guard?: Guard): Operation {
  if (route.idempotencyKey && route.scopes === null) {
    throw new Error(
      `${route.operationId} takes Idempotency-Key from anyone: stored answers must belong to a principal.`,
    );
  }
  if (route.idempotencyKey && route.streaming.response) {
    throw new Error(`${route.operationId} streams its answer, which Idempotency-Key would have to store.`);
  }
  return {
    route,
    handler: route.audit === null ? handler : audited(route.audit, handler),
    metrics,
    guard,
    produced: producedTypes(route),
    headers: deprecationHeaders(route),
  };
}

/** RFC 9745 and 8594: since when, until when, and where to read what replaces it. */
function deprecationHeaders({ deprecated }: Route): Record<string, string> {
  if (deprecated === null) return {};
  return {
    Deprecation: `@${Math.floor(Date.parse(deprecated.since) / 1_000)}`,
    Sunset: new Date(deprecated.sunset).toUTCString(),
    Link: `<${deprecated.link}>; rel="deprecation"`,
  };
}

/** Path parameters, percent-decoded. */
export type PathParameters = Readonly<Record<string, string>>;

/** Classes whose callers share an address with thousands of messages: their own quota is all that bounds them. */
const unflooded: ReadonlySet<RateLimitClass> = new Set(['internal', 'webhook']);

/**
 * Judges one request in the one order and runs it: parse → credentials → rate limit → scope → schema → idempotency key →
 * handler (object visible → If-Match → business rule) → the answer against the document.
 *
 * @throws Problem for every refusal; ClientGone; anything else is a bug or an outage.
 */
export async function runOperation(
  dependencies: OperationDependencies,
  operation: Operation,
  exchange: Exchange,
  path: PathParameters,
): Promise<Outcome> {
  const { route } = operation;
  if (route.deprecated !== null) Object.assign(exchange.headers, operation.headers);
  // Counted before anything else, so that floods of malformed requests count too; judged only after parsing.
  const flood = unflooded.has(route.rateLimit) ? null : await dependencies.rateLimit.admit(exchange);
  requireAcceptable(exchange.req.headers.accept, operation.produced);
  const body = await parseBody(exchange.req, route, dependencies.bodyTimes);
  if (flood !== null) throw flood;
  const credentials = await admit(dependencies, operation, exchange);
  const input = await accept(dependencies, route, exchange, path, body);

  const streams = route.streaming.response;
  const caller = createCaller({
    exchange,
    ending: streams ? dependencies.draining : dependencies.ending,
    expiresAt: streams ? (credentials?.expiresAt ?? null) : null,
    rawBody: body.kind === 'value' ? body.raw : undefined,
  });
  if (streams) {
    const answer = toStreamedAnswer(route, await operation.handler(input, caller));
    return { kind: 'stream', answer, signal: caller.signal };
  }
  if (route.idempotencyKey || route.audit !== null) {
    const run = (inside: AnonymousCaller) => execute(dependencies, operation, exchange, input, inside);
    const command = { operation, exchange, input, caller, body, execute: run };
    return { kind: 'answer', answer: await runCommand(dependencies, command) };
  }
  const answer = await execute(dependencies, operation, exchange, input, caller);
  const ifNoneMatch = route.ifNoneMatch ? exchange.req.headers['if-none-match'] : undefined;
  return { kind: 'answer', answer: notModified(exchange.req.method, ifNoneMatch, answer) };
}

/** Credentials, then the rate limit of the class, then scopes. */
async function admit(
  { authenticate, verifier, rateLimit }: OperationDependencies,
  { route, guard }: Operation,
  exchange: Exchange,
): Promise<Credentials | null> {
  guard?.(exchange.req);
  const credentials = route.scopes === null ? null : await authenticate(exchange.req);
  exchange.principal = credentials?.principal ?? null;
  await rateLimit.charge(exchange, route.rateLimit);
  if (credentials !== null && route.scopes !== null) {
    exchange.principal = await authorize(verifier, credentials.principal, route);
  }
  return credentials;
}

/** Decodes and validates what was sent. */
async function accept(
  { validate }: OperationDependencies,
  route: Route,
  { req }: Exchange,
  path: PathParameters,
  body: ParsedBody,
): Promise<PlainInput> {
  const verdict = await validate(route, {
    path,
    query: queryOf(req.url ?? ''),
    headers: req.headers,
    body: body.kind === 'value' ? body.value : body.kind === 'stream' ? body.stream : undefined,
    mediaType: body.kind === 'none' ? null : body.mediaType,
    bodyBytes: body.kind === 'value' ? body.bytes : 0,
  });
  if (verdict.valid) return verdict.input;
  throw new Problem(platformProblems['validation-failed'], { errors: verdict.errors });
}

function queryOf(url: string): string {
  const start = url.indexOf('?');
  if (start === -1) return '';
  const end = url.indexOf('#', start);
  return url.slice(start + 1, end === -1 ? undefined : end);
}

/** Runs the handler and holds its answer against the document. */
async function execute(
  { checkResponse }: OperationDependencies,
  operation: Operation,
  exchange: Exchange,
  input: PlainInput,
  caller: AnonymousCaller,
): Promise<Answer> {
  const answer = toAnswer(operation.route, await operation.handler(input, caller));
  checkResponse(exchange, operation, answer);
  return answer;
}
