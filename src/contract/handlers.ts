import type { Readable } from 'node:stream';
import type {
  AnyAuthenticatedCaller,
  AnonymousCaller,
  AuditedCaller,
  AuthenticatedCaller,
  RawBodyCaller,
  TransactionalCaller,
} from './caller.ts';
import type { Traits } from './generated/traits.ts';
import type { components, operations } from './generated/types.ts';

export type OperationId = keyof Traits & keyof operations;
export type ContextName = Traits[OperationId]['context'];

/** The type of a named schema: `Schema<'BonusCampaign'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** The refusal codes (`x-problems`) that the operations of one document declare. */
export type ProblemCode<Context extends ContextName> = {
  [O in OperationId]: Traits[O]['context'] extends Context ? Traits[O]['problems'] : never;
}[OperationId];

/** Headers that the platform itself adds to answers; handlers neither need nor may set them. */
export type PlatformHeader =
  'X-Request-Id' | 'RateLimit' | 'RateLimit-Policy' | 'Idempotent-Replayed' | 'Deprecation' | 'Sunset' | 'Link';

type Simplify<T> = { [K in keyof T]: T[K] } & {};
type Body<O extends OperationId> = operations[O]['requestBody' & keyof operations[O]];
type Content<T> = T extends { content: infer C } ? C : never;

type PathInput<O extends OperationId, P = NonNullable<operations[O]['parameters']['path']>> = [P] extends [never]
  ? unknown
  : { readonly path: Readonly<P> };

type QueryInput<O extends OperationId, Q = NonNullable<operations[O]['parameters']['query']>> = [Q] extends [never]
  ? unknown
  : { readonly query: Readonly<Simplify<Q & Required<Pick<Q, Traits[O]['defaulted'] & keyof Q>>>> };

type HeaderInput<O extends OperationId, H = NonNullable<operations[O]['parameters']['header']>> = [H] extends [never]
  ? unknown
  : { readonly headers: Readonly<H> };

type BodyInput<O extends OperationId, C = Content<NonNullable<Body<O>>>> = [C] extends [never]
  ? unknown
  : Simplify<
      {
        readonly body: Traits[O]['streaming'] extends 'request'
          ? Readable
          : C[keyof C] | (undefined extends Body<O> ? undefined : never);
      } & MediaTypeChoice<C>
    >;

/** More than one representation: the message says which. */
type MediaTypeChoice<C, All = keyof C> = All extends keyof C
  ? [keyof C] extends [All]
    ? unknown
    : { readonly mediaType: keyof C }
  : never;

/**
 * What a handler receives: `path`, `query`, `headers` and `body`, those the operation declares. Decoded and validated;
 * parameters with a default are always there; header names are spelled as in the document.
 */
export type Input<O extends OperationId> = Simplify<PathInput<O> & QueryInput<O> & HeaderInput<O> & BodyInput<O>>;

type OwnHeaders<H> = { [K in keyof H as string extends K ? never : K extends PlatformHeader ? never : K]: H[K] };
type HeadersOf<H, Own = OwnHeaders<H>> = [keyof Own] extends [never]
  ? unknown
  : object extends Own
    ? { readonly headers?: Readonly<Own> }
    : { readonly headers: Readonly<Own> };

type BodyOf<C, Streaming> = [C] extends [never]
  ? unknown
  : Streaming extends 'response'
    ? { readonly body: AsyncIterable<string | Uint8Array> } & MediaTypeChoice<C>
    : { readonly body: C[keyof C] } & MediaTypeChoice<C>;

type Responses<O extends OperationId> = operations[O]['responses'];
type SuccessStatus<O extends OperationId> = Extract<keyof Responses<O>, 200 | 201 | 202 | 204 | 206 | 302 | 304>;

type ResultWith<O extends OperationId, Status extends keyof Responses<O>> = Status extends keyof Responses<O>
  ? Simplify<
      { readonly status: Status } & (Responses<O>[Status] extends { headers: infer H } ? HeadersOf<H> : unknown) &
        BodyOf<Content<Responses<O>[Status]>, Traits[O]['streaming']>
    >
  : never;

/**
 * What a handler may answer: one of the declared 2xx, 302 or 304 statuses with its body and the headers it promises.
 * Refusals are thrown as `Problem`s.
 */
export type Result<O extends OperationId> = ResultWith<O, SuccessStatus<O>>;

/**
 * Who calls, by what the operation declares: `security` gives a principal, `Idempotency-Key` and `x-audit` a transaction.
 */
export type Caller<O extends OperationId> = (Traits[O]['authenticated'] extends true
  ? Traits[O]['clients'] extends true
    ? AnyAuthenticatedCaller
    : AuthenticatedCaller
  : AnonymousCaller) &
  (Traits[O]['transactional'] extends true ? TransactionalCaller : unknown) &
  (Traits[O]['audited'] extends true ? AuditedCaller : unknown) &
  (Traits[O]['rawBody'] extends true ? RawBodyCaller : unknown);

export type Handler<O extends OperationId> = (input: Input<O>, caller: Caller<O>) => Promise<Result<O>>;

/** A handler for each of these operations: a missing one is a compile error. */
export type Handlers<O extends OperationId = OperationId> = { readonly [Id in O]: Handler<Id> };

/**
 * The handlers of one document.
 *
 * @example const operations = { … } satisfies ContextHandlers<'rewards'>;
 */
export type ContextHandlers<Context extends ContextName> = Handlers<
  { [O in OperationId]: Traits[O]['context'] extends Context ? O : never }[OperationId]
>;

/** Gives the result back; writing it through here makes a property that the document lacks a compile error. */
export function reply<O extends OperationId>(_operation: O, result: Result<O>): Result<O> {
  return result;
}

/** A request's parts after decoding and validation, for code that serves every operation alike. */
export interface PlainInput {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly mediaType?: string;
}

export interface PlainResult {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  readonly mediaType?: string;
}

export type PlainHandler = (
  input: PlainInput,
  caller: AnonymousCaller & Partial<TransactionalCaller & AuditedCaller>,
) => Promise<PlainResult>;

/**
 * The handler of an operation without its own types, or undefined if this process does not host it. The server calls it
 * only with what the operation's validators accepted and with the caller that its route demands.
 */
export function plainHandler(handlers: Partial<Handlers>, operationId: string): PlainHandler | undefined {
  return (handlers as unknown as Readonly<Record<string, PlainHandler | undefined>>)[operationId];
}
