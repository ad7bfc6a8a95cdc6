/** A seeded defect: a way in which a server can be wrong, and the check that must notice. */
import { routes } from '../../src/contract/generated/routes.ts';
import type { OperationId } from '../../src/contract/handlers.ts';

export interface Defect {
  /** What the server does wrong, as a sentence without its subject: `answers 202 instead of 201`. */
  readonly name: string;
  /** Stands between every request and Portico. */
  readonly spoil?: Spoil;
  /** Stands between every socket that a test opens itself and Portico. */
  readonly spoilBytes?: SpoilBytes;
  readonly caughtBy: SchemathesisCheck | WalkCheck;
}

/** A check of schemathesis or of hooks.py, on these operations. */
export interface SchemathesisCheck {
  readonly check: string;
  readonly operations: readonly OperationId[];
  /** More arguments for `schemathesis run`. */
  readonly extra?: readonly string[];
}

/** A test of a walk, on one operation or path. */
export interface WalkCheck {
  /** Below the root of the repository. */
  readonly walk: string;
  /** The test's whole name, with the names of the groups around it. */
  readonly test: string;
}

export interface Message {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export type Forward = (request: Message) => Promise<Answer>;

/** Answers a request; with the real Portico through `forward`, as often as it likes. */
export type Spoil = (request: Message, forward: Forward) => Promise<Answer>;

export interface SpoilBytes {
  /** What Portico gets for what a client wrote; null: the process dies of it. */
  readonly request?: (bytes: Buffer) => Buffer | null;
  /** What the client gets for what Portico wrote. */
  readonly answer?: (bytes: Buffer, request: Buffer) => Buffer;
}

/** The fields of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

type Maybe<T> = T | undefined;

/** Changes answers. `undefined` leaves one as it is. */
export function onAnswer(change: (answer: Answer, request: Message) => Maybe<Answer>): Spoil {
  return async (request, forward) => {
    const answer = await forward(request);
    return change(answer, request) ?? answer;
  };
}

/** Changes requests before Portico sees them. */
export function onRequest(change: (request: Message) => Maybe<Message>): Spoil {
  return (request, forward) => forward(change(request) ?? request);
}

/** Changes the body of every success of an operation. */
export function onBody(operationId: OperationId, change: (body: Fields, request: Message) => unknown): Spoil {
  return onAnswer((answer, request) =>
    answer.status < 300 && isFor(operationId, request) ? withBody(answer, change(jsonOf(answer), request)) : undefined,
  );
}

/** Whether the request is one of this operation. */
export function isFor(operationId: OperationId, { method, url }: Pick<Message, 'method' | 'url'>): boolean {
  const route = routes.find((candidate) => candidate.operationId === operationId);
  if (route === undefined) throw new Error(`${operationId} is not in the route table`);
  const [path = ''] = url.split('?');
  return route.method === method && new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
}

/** The JSON object that Portico answered. */
export function jsonOf({ body }: Answer): Fields {
  return JSON.parse(body.toString()) as Fields;
}

/** The fields of a JSON object that was sent; none when it is no such thing. */
export function fieldsOf({ body }: Message): Fields {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

export function withBody<T extends Message | Answer>(message: T, body: unknown): T {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { ...message, headers: { ...message.headers, 'content-length': String(bytes.length) }, body: bytes };
}

export function withHeader<T extends Message | Answer>(message: T, name: string, value: string | undefined): T {
  const { [name]: _, ...others } = message.headers;
  return { ...message, headers: value === undefined ? others : { ...others, [name]: value } };
}

/** The query's parameters in order, as they were sent but decoded. */
export function queryOf({ url }: Pick<Message, 'url'>): URLSearchParams {
  return new URL(url, 'http://localhost').searchParams;
}

export function withQuery(request: Message, query: URLSearchParams): Message {
  const [path = ''] = request.url.split('?');
  return { ...request, url: query.size === 0 ? path : `${path}?${query.toString()}` };
}

/** A refusal like Portico's own, in the place of this answer. */
export function problem({ headers }: Answer, status: number, code: string): Answer {
  const { allow: _, ...others } = headers;
  return withBody(
    { status, headers: { ...others, 'content-type': 'application/problem+json' }, body: Buffer.alloc(0) },
    { type: `/problems/${code}`, title: code, status, code, requestId: headers['x-request-id'] },
  );
}

/** The code of a problem; null for every other answer. */
export function codeOf(answer: Answer): string | null {
  if (answer.headers['content-type'] !== 'application/problem+json' || answer.body.length === 0) return null;
  return String(jsonOf(answer)['code']);
}
