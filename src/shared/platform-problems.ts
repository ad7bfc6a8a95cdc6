import { defineProblems, Problem } from './problem.ts';

/** The refusals every operation can meet; those of one context live in its own problems.ts. */
export const platformProblems = defineProblems({
  'malformed-request': { status: 400, title: 'Malformed request' },
  'validation-failed': { status: 400, title: 'Validation failed' },
  'invalid-cursor': { status: 400, title: 'Invalid cursor' },
  unauthenticated: { status: 401, title: 'Unauthenticated' },
  'insufficient-scope': { status: 403, title: 'Insufficient scope' },
  'person-required': { status: 403, title: 'Person required' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'not-acceptable': { status: 406, title: 'Not acceptable' },
  'request-timeout': { status: 408, title: 'Request timeout' },
  conflict: { status: 409, title: 'Conflict' },
  'idempotency-key-in-use': { status: 409, title: 'Idempotency key in use' },
  'idempotency-answer-unreadable': { status: 409, title: 'Idempotency answer unreadable' },
  'precondition-failed': { status: 412, title: 'Precondition failed' },
  'payload-too-large': { status: 413, title: 'Payload too large' },
  'uri-too-long': { status: 414, title: 'URI too long' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'expectation-failed': { status: 417, title: 'Expectation failed' },
  'idempotency-key-reused': { status: 422, title: 'Idempotency key reused' },
  'precondition-required': { status: 428, title: 'Precondition required' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'header-fields-too-large': { status: 431, title: 'Header fields too large' },
  'internal-error': { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Unavailable' },
});

/** The 404 of a thing that is absent **or** belongs to someone else: the two must look alike. */
export function notFound(detail?: string): Problem {
  return new Problem(platformProblems['not-found'], detail === undefined ? {} : { detail });
}

/** The 503 of a dependency or capacity that is away; the caller may try again after `retryAfterSeconds`. */
export function unavailable(retryAfterSeconds: number, options: { detail?: string; cause?: unknown } = {}): Problem {
  return new Problem(platformProblems.unavailable, {
    ...options,
    headers: { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) },
  });
}

/** The 401 of absent, malformed, forged, expired and revoked tokens: they must all look alike. */
export function unauthenticated(cause?: unknown): Problem {
  return new Problem(platformProblems.unauthenticated, {
    detail: 'The access token is missing, wrong, expired or revoked.',
    headers: { 'www-authenticate': 'Bearer realm="portico"' },
    cause,
  });
}
