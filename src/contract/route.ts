/**
 * The closed list of rate-limit classes; `internal` is for probes and services and is not limited, `webhook` for programs of
 * vendors, which call often and from few addresses.
 */
export const rateLimitClasses = [
  'default',
  'read',
  'write',
  'credential',
  'otp',
  'upload',
  'webhook',
  'internal',
] as const;
export type RateLimitClass = (typeof rateLimitClasses)[number];

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How the text of one parameter becomes a value. What does not decode stays text, so that the validator names it. */
export interface TextDecoder {
  readonly types: readonly ScalarType[];
  /**
   * Set for arrays: `types` then belongs to the items. `repeated` is `a=1&a=2`, `comma` is `a=1,2`, and `list` is a comma
   * with optional blanks around it, as headers have it.
   */
  readonly array?: 'repeated' | 'comma' | 'list';
}

export type ScalarType = 'string' | 'integer' | 'number' | 'boolean' | 'null';

export interface Parameter extends TextDecoder {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  /** What the handler sees when the caller left it out. */
  readonly default?: unknown;
}

/** One representation of a body. `validator` is null for bodies that are passed through as a stream. */
export interface MediaType {
  readonly mediaType: string;
  readonly validator: string | null;
}

export interface ResponseHeader extends TextDecoder {
  readonly name: string;
  readonly required: boolean;
}

export interface ResponseSpec {
  readonly headers: readonly ResponseHeader[];
  readonly headersValidator: string | null;
  /** Empty: this status has no body. */
  readonly content: readonly MediaType[];
}

/** `x-audit`: the entry that the audit log gets in the transaction of the effect. */
export interface AuditSpec {
  /** What happened: `roles-changed`. */
  readonly action: string;
  /** The type of what it happened to: `user`. */
  readonly resource: string;
  /** Where its id stands: a path parameter or a field of the answer; null where it happens to many. */
  readonly id: { readonly in: 'path' | 'body'; readonly name: string } | null;
}

/** Everything the server must know about one operation. Generated from the documents; run-time code never reads them. */
export interface Route {
  readonly operationId: string;
  /** The document it stands in: `identity` is openapi/identity.yaml. */
  readonly context: string;
  readonly tag: string;
  readonly method: Method;
  /** As in the document: `/api/v1/bonus-campaigns/{campaignId}`. */
  readonly path: string;
  /** Null: anyone may call. Otherwise a token with all of these scopes. */
  readonly scopes: readonly string[] | null;
  /** Machine clients may call it too; otherwise it is about the person who calls, or theirs to decide. */
  readonly clients: boolean;
  /** Its handler judges the credentials of HTTP Basic authentication, and its refusals carry OAuth's `error`. */
  readonly basicCredentials: boolean;
  /** Its handler also gets the bytes of the body, and is the one who believes them or not: what a vendor's program wrote. */
  readonly rawBody: boolean;
  readonly rateLimit: RateLimitClass;
  /** The operation takes `Idempotency-Key` and runs in the platform's transaction. */
  readonly idempotencyKey: boolean;
  /** What the audit log says of this operation; it then runs in the platform's transaction, and the entry is part of it. */
  readonly audit: AuditSpec | null;
  /** `required`: a request without `If-Match` is 428. */
  readonly ifMatch: 'required' | 'optional' | null;
  readonly ifNoneMatch: boolean;
  /** Bytes after decoding the content encoding. */
  readonly maxBody: number;
  readonly parameters: readonly Parameter[];
  readonly validators: {
    readonly path: string | null;
    readonly query: string;
    readonly headers: string | null;
  };
  readonly requestBody: { readonly required: boolean; readonly content: readonly MediaType[] } | null;
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  readonly streaming: { readonly request: boolean; readonly response: boolean };
  /** Codes of business refusals, beside the ones every operation may give. */
  readonly problems: readonly string[];
  readonly internal: boolean;
  readonly deprecated: { readonly since: string; readonly sunset: string; readonly link: string } | null;
}
