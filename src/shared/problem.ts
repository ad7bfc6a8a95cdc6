/** The HTTP statuses a refusal may carry (docs: openapi/common.yaml). */
export type ProblemStatus =
  400 | 401 | 403 | 404 | 405 | 406 | 408 | 409 | 410 | 412 | 413 | 414 | 415 | 417 | 422 | 428 | 429 | 431 | 500 | 503;

/** One kind of refusal. `code` is its stable name on the wire; `type` resolves to /problems/{code}. */
export interface ProblemType<Code extends string = string> {
  readonly code: Code;
  readonly status: ProblemStatus;
  readonly title: string;
}

/** One wrong field: a JSON Pointer into the body, `?name`, `header Name` or `path name`. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemOptions {
  /** What happened to this request and what would be right. Never SQL, stack, file names or another user's data. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Of parts that should make up a whole: how much is lacking, as decimal text. */
  readonly difference?: string;
  /** Response headers such as Retry-After or WWW-Authenticate, lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A refusal on its way to the caller: use cases throw it, the contract layer answers it (RFC 9457). */
export class Problem extends Error {
  readonly code: string;
  readonly status: ProblemStatus;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: readonly FieldError[];
  readonly difference: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(type: ProblemType, options: ProblemOptions = {}) {
    super(options.detail ?? type.title, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.code = type.code;
    this.status = type.status;
    this.title = type.title;
    this.detail = options.detail;
    this.errors = options.errors ?? [];
    this.difference = options.difference;
    this.headers = options.headers ?? {};
  }
}

/**
 * The closed list of refusals of one context.
 *
 * @example export const problems = defineProblems({ 'campaign-closed': { status: 409, title: 'Campaign closed' } });
 */
export function defineProblems<const List extends Record<string, { status: ProblemStatus; title: string }>>(
  list: List,
): { readonly [Code in keyof List & string]: ProblemType<Code> } {
  const entries = Object.entries(list).map(([code, { status, title }]) => [code, { code, status, title }]);
  return Object.fromEntries(entries) as { [Code in keyof List & string]: ProblemType<Code> };
}
