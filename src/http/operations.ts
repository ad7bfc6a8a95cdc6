import type { AnonymousCaller } from '../contract/caller.ts';
import type { PlainHandler, PlainInput } from '../contract/handlers.ts';
import type { Route } from '../contract/route.ts';
import type { RawRequest, RequestVerdict } from '../contract/validate-request.ts';
import type { Database, Transaction } from '../database/transaction.ts';
import type { Clock } from '../shared/clock.ts';
import { derivedId } from '../shared/id.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import { toAnswer, toStreamedAnswer } from './answer.ts';
import type { Authenticate, Credentials, TokenVerifier } from './authentication.ts';
import { authorize } from './authorization.ts';
import { createCaller, inTransaction } from './caller.ts';
import { notModified } from './etag.ts';
import type { Exchange } from './exchange.ts';
import { fingerprintOf, streamedFingerprint } from './fingerprint.ts';
import { defaultRetentionSeconds, isStoredRefusal, keyedIds, readKey } from './idempotency.ts';
import type { Idempotency, KeyedRequest } from './idempotency.ts';
import type { RouteMetrics } from './metrics.ts';
import { producedTypes, requireAcceptable } from './negotiation.ts';
import { toProblem } from './problems.ts';
import type { ConstraintProblems } from './problems.ts';
import type { RateLimit } from './rate-limit.ts';
import { parseBody } from './request-body.ts';
import type { BodyTimes, ParsedBody } from './request-body.ts';
import { problemAnswer } from './respond.ts';
import type { Answer } from './respond.ts';
import type { CheckResponse } from './response-check.ts';
import type { Guard } from './service-operations.ts';
import type { StreamedAnswer } from './stream.ts';

export interface OperationDependencies {
  readonly validate: (route: Route, raw: RawRequest) => Promise<RequestVerdict>;
  readonly authenticate: Authenticate;
  readonly verifier: TokenVerifier;
  readonly rateLimit: RateLimit;
  readonly idempotency: Idempotency;
  readonly database: Database;
  readonly checkResponse: CheckResponse;
  readonly constraints: ConstraintProblems;
  readonly bodyTimes: BodyTimes;
  readonly clock: Clock;
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
  return { route, handler, metrics, guard, produced: producedTypes(route), headers: deprecationHeaders(route) };
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
  Object.assign(exchange.headers, operation.headers);
  // Counted before anything else, so that floods of malformed requests count too; judged only after parsing.
  const flood = route.rateLimit === 'internal' ? null : await dependencies.rateLimit.admit(exchange);
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
  });
  if (streams) {
    const answer = toStreamedAnswer(route, await operation.handler(input, caller));
    return { kind: 'stream', answer, signal: caller.signal };
  }
  if (route.idempotencyKey) {
    return {
      kind: 'answer',
      answer: await runInTransaction(dependencies, operation, exchange, { input, caller, body }),
    };
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
    exchange.principal = await authorize(verifier, credentials.principal, route.scopes);
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

interface Command {
  readonly input: PlainInput;
  readonly caller: AnonymousCaller;
  readonly body: ParsedBody;
}

/** An operation that takes Idempotency-Key: with the key once per key, without it simply in a transaction. */
async function runInTransaction(
  dependencies: OperationDependencies,
  operation: Operation,
  exchange: Exchange,
  { input, caller, body }: Command,
): Promise<Answer> {
  const { database, idempotency, constraints } = dependencies;
  const { route, metrics } = operation;
  const streamed = body.kind === 'stream';
  const executeIn = (id: (label: string) => string) => (tx: Transaction) =>
    execute(dependencies, operation, exchange, input, inTransaction(caller, tx, id));

  const header = input.headers?.['Idempotency-Key'];
  if (typeof header !== 'string') {
    const id = (label: string) => derivedId('request', exchange.requestId, label);
    return database.transaction(executeIn(id), streamed ? { retries: 0, statementTimeout: 0 } : {});
  }
  const request = keyedRequest(route, exchange, input, body, readKey(header));
  const { answer, replayed } = await idempotency.run(request, {
    execute: executeIn(keyedIds(request, dependencies.clock.now())),
    refusal: (error) => {
      const problem = toProblem(error, constraints);
      if (!isStoredRefusal(problem)) return null;
      const refusal = problemAnswer(exchange, problem);
      dependencies.checkResponse(exchange, operation, refusal);
      exchange.problem = problem.code;
      return refusal;
    },
    streamed,
  });
  if (replayed) {
    metrics.replayed();
    exchange.replayed = true;
    exchange.headers['Idempotent-Replayed'] = 'true';
  }
  return answer;
}

function keyedRequest(
  route: Route,
  { principal }: Exchange,
  input: PlainInput,
  body: ParsedBody,
  key: string,
): KeyedRequest {
  if (principal === null) throw new Error(`${route.operationId} has no principal whose key this could be.`);
  const parts = {
    path: input.path ?? null,
    query: input.query ?? null,
    mediaType: body.kind === 'none' ? null : body.mediaType,
  };
  return {
    operationId: route.operationId,
    method: route.method,
    template: route.path,
    userId: principal.userId,
    key,
    fingerprint:
      body.kind === 'stream'
        ? () => streamedFingerprint(parts, body.stream, body.hash)
        : () => Promise.resolve(fingerprintOf(parts, input.body)),
    isBodyRead: () => body.kind !== 'stream' || body.stream.readableEnded,
    retentionSeconds: defaultRetentionSeconds,
  };
}
