import type { Route } from '../contract/route.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import type { Logger } from '../telemetry/logs.ts';
import type { Exchange } from './exchange.ts';
import { answerHeaders } from './respond.ts';
import type { Answer, Responder } from './respond.ts';

/** Every way in which an answer differs from its contract. */
export type Breaches = (
  route: Route,
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
    readonly mediaType: string | null;
  },
  commonProblems: ReadonlySet<string>,
) => string[];

export interface ResponseCheckOptions {
  readonly breaches: Breaches;
  /** Share of answers that are checked, 0 to 1. */
  readonly rate: number;
  /** Tests and development: a breach fails the request. Otherwise it is logged and counted, and the answer goes out. */
  readonly strict: boolean;
  readonly responder: Responder;
  readonly log: Logger;
}

/**
 * Checks an answer against the document before it leaves.
 * @throws Problem 500 that names the places, in strict mode.
 */
export type CheckResponse = (
  exchange: Exchange,
  operation: { readonly route: Route; readonly metrics: { breached(): void } },
  answer: Answer,
) => void;

const commonProblems: ReadonlySet<string> = new Set(Object.keys(platformProblems));

export function createResponseCheck({ breaches, rate, strict, responder, log }: ResponseCheckOptions): CheckResponse {
  return (exchange, { route, metrics }, answer) => {
    if (rate < 1 && Math.random() >= rate) return;
    const headers = answerHeaders(exchange, responder, answer.headers);
    const mediaType = answer.headers['Content-Type']?.split(';')[0] ?? null;
    const found = breaches(
      route,
      { status: answer.status, headers, body: bodyOf(answer, mediaType), mediaType },
      commonProblems,
    );
    if (found.length === 0) return;
    metrics.breached();
    log.error({ operation: route.operationId, status: answer.status, breaches: found }, 'answer breaks the contract');
    if (strict) {
      throw new Problem(platformProblems['internal-error'], {
        detail: `The answer ${answer.status} breaks the contract: ${found.slice(0, 5).join('; ')}`.slice(0, 2_000),
      });
    }
  };
}

/** What the client will parse: a Date or a missing field shows only after serialisation. */
function bodyOf(answer: Answer, mediaType: string | null): unknown {
  if (answer.body === null) return undefined;
  const text = answer.body.toString();
  return mediaType?.endsWith('json') === true ? JSON.parse(text) : text;
}
