import { callerId } from '../contract/caller.ts';
import type { AnonymousCaller, TransactionalCaller } from '../contract/caller.ts';
import type { PlainInput } from '../contract/handlers.ts';
import type { Route } from '../contract/route.ts';
import type { Database, Transaction } from '../database/transaction.ts';
import type { Clock } from '../shared/clock.ts';
import { derivedId } from '../shared/id.ts';
import { inTransaction } from './caller.ts';
import type { Exchange } from './exchange.ts';
import { fingerprintOf, streamedFingerprint } from './fingerprint.ts';
import { defaultRetentionSeconds, isStoredRefusal, keyedIds, readKey } from './idempotency.ts';
import type { Idempotency, KeyedRequest } from './idempotency.ts';
import type { RouteMetrics } from './metrics.ts';
import { toProblem } from './problems.ts';
import type { ConstraintProblems } from './problems.ts';
import type { ParsedBody } from './request-body.ts';
import { problemAnswer } from './respond.ts';
import type { Answer } from './respond.ts';
import type { CheckResponse } from './response-check.ts';

export interface CommandDependencies {
  readonly idempotency: Idempotency;
  readonly database: Database;
  readonly checkResponse: CheckResponse;
  readonly constraints: ConstraintProblems;
  readonly clock: Clock;
}

/** A judged request to an operation that takes Idempotency-Key or is audited. */
export interface Command {
  readonly operation: { readonly route: Route; readonly metrics: RouteMetrics };
  readonly exchange: Exchange;
  readonly input: PlainInput;
  readonly caller: AnonymousCaller;
  readonly body: ParsedBody;
  /** Runs the handler and checks its answer. */
  readonly execute: (caller: AnonymousCaller & TransactionalCaller) => Promise<Answer>;
}

/** Runs a command in a transaction: with a key once per key, without one simply so. */
export async function runCommand(dependencies: CommandDependencies, command: Command): Promise<Answer> {
  const { database, idempotency, clock } = dependencies;
  const { operation, exchange, input, caller, body } = command;
  const streamed = body.kind === 'stream';
  let committed: (() => void)[] = [];
  const executeWith = (id: (label: string) => string) => async (tx: Transaction) => {
    const works: (() => void)[] = [];
    const afterCommit = (work: () => void): void => void works.push(work);
    const answer = await command.execute(inTransaction(caller, { tx, id, afterCommit }));
    committed = works;
    return answer;
  };

  const header = input.headers?.['Idempotency-Key'];
  if (typeof header !== 'string') {
    const id = (label: string) => derivedId('request', exchange.requestId, label);
    const answer = await database.transaction(executeWith(id), streamed ? { retries: 0, statementTimeout: 0 } : {});
    for (const work of committed) work();
    return answer;
  }
  const request = keyedRequest(operation.route, exchange, input, body, readKey(header));
  const { answer, replayed } = await idempotency.run(request, {
    execute: executeWith(keyedIds(request, clock.now())),
    refusal: (error) => refusalOf(dependencies, command, error),
    streamed,
  });
  for (const work of committed) work();
  if (replayed) {
    operation.metrics.replayed();
    exchange.replayed = true;
    exchange.headers['Idempotent-Replayed'] = 'true';
  }
  return answer;
}

/** The refusal as it is kept under the key; null for what may be tried again. */
function refusalOf(
  { constraints, checkResponse }: CommandDependencies,
  { exchange, operation }: Command,
  error: unknown,
): Answer | null {
  const problem = toProblem(error, constraints);
  if (!isStoredRefusal(problem)) return null;
  const answer = problemAnswer(exchange, problem);
  checkResponse(exchange, operation, answer);
  exchange.problem = problem.code;
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
    callerId: callerId(principal),
    key,
    fingerprint:
      body.kind === 'stream'
        ? () => streamedFingerprint(parts, body.stream, body.hash)
        : () => Promise.resolve(fingerprintOf(parts, input.body)),
    isBodyRead: () => body.kind !== 'stream' || body.stream.readableEnded,
    retentionSeconds: defaultRetentionSeconds,
  };
}
