import type { Route } from '../contract/route.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import type { ProblemType } from '../shared/problem.ts';
import { escapeHtml, staticPage } from './pages.ts';
import type { Page } from './pages.ts';

/** What a caller should do about the refusals that any operation may give. */
const advice: Readonly<Record<keyof typeof platformProblems, string>> = {
  'malformed-request': 'The message itself could not be read: HTTP, encoding or JSON is broken. Correct the client.',
  'validation-failed':
    'The request breaks its schema. <code>errors</code> names each wrong field. Correct them and send again.',
  'invalid-cursor':
    'The cursor was changed, or belongs to another operation or other filters. Begin with the first page.',
  unauthenticated: 'The access token is missing, wrong, expired or revoked. Renew it or log in again.',
  'insufficient-scope': 'The account may not do this. <code>WWW-Authenticate</code> names the scopes that are needed.',
  'person-required':
    'A machine client cannot call this operation: it is about the person who calls, or theirs to decide. Log in as a person.',
  'not-found': 'There is no such thing, or it belongs to someone else. The two are not told apart.',
  'method-not-allowed': 'The path exists, but not with this method. <code>Allow</code> lists those that do.',
  'not-acceptable': '<code>Accept</code> admits nothing of what the operation can give.',
  'request-timeout': 'The request arrived too slowly. Send it again over a better connection.',
  conflict: 'The current state forbids it. Read again, then decide again.',
  'idempotency-key-in-use':
    'The first request with this key is still running. Wait for <code>Retry-After</code> and repeat.',
  'idempotency-answer-unreadable':
    'The request was carried out, but its answer can no longer be read, because the server&#39;s secret was changed.',
  'precondition-failed': '<code>If-Match</code> names an older state. Read again, then decide again.',
  'payload-too-large': 'The body is larger than the operation takes, measured after decoding.',
  'uri-too-long': 'The path and the query together are longer than the gateway takes. Send less in the query.',
  'unsupported-media-type': 'The media type, charset or content encoding of the body is not accepted here.',
  'expectation-failed': 'Only <code>Expect: 100-continue</code> is supported.',
  'idempotency-key-reused': 'This key belongs to another request. Use a new key for a new request.',
  'precondition-required': 'Send the <code>ETag</code> of the state the change is based on as <code>If-Match</code>.',
  'too-many-requests':
    'A limit is used up. Wait for <code>Retry-After</code> seconds; <code>violated-policies</code> names it.',
  'header-fields-too-large': 'The headers together exceed 16 KiB.',
  'internal-error': 'We failed. Repeat with the same Idempotency-Key; if it stays, report the <code>requestId</code>.',
  unavailable: 'Capacity or something we depend on is away. Wait for <code>Retry-After</code> seconds and repeat.',
};

/** `/problems` and `/problems/{code}`: where the `type` of every problem leads. */
export function createProblemPages(types: readonly ProblemType[], routes: readonly Route[]): Page[] {
  const all = new Map([...Object.values(platformProblems), ...types].map((type) => [type.code, type]));
  const sorted = [...all.values()].sort((a, b) => a.code.localeCompare(b.code));
  const items = sorted.map(
    ({ code, status, title }) =>
      `<li><a href="/problems/${code}"><code>${code}</code></a> ${status} ${escapeHtml(title)}</li>`,
  );
  return [
    page('/problems', 'Problems', `<p>Every refusal is one of these.</p><ul>${items.join('')}</ul>`),
    ...sorted.map((type) => page(`/problems/${type.code}`, type.title, explanation(type, routes))),
  ];
}

function explanation({ code, status }: ProblemType, routes: readonly Route[]): string {
  const givers = routes.filter((route) => route.problems.includes(code) && !route.internal);
  const list = givers.map(
    ({ operationId, method, path }) => `<li><code>${method} ${path}</code> (${operationId})</li>`,
  );
  const text = Object.hasOwn(advice, code) ? `<p>${advice[code as keyof typeof advice]}</p>` : '';
  return (
    `<p>Status ${status}, code <code>${code}</code>.</p>${text}` +
    (list.length === 0 ? '' : `<p>Given by:</p><ul>${list.join('')}</ul>`)
  );
}

function page(path: string, title: string, body: string): Page {
  const content =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)} · Portico</title>` +
    '<link rel="stylesheet" href="/docs/portico.css"></head>' +
    `<body><article><h1>${escapeHtml(title)}</h1>${body}<p><a href="/docs">API documentation</a></p></article></body></html>\n`;
  return staticPage({
    path,
    mediaType: 'text/html',
    content,
    headers: { 'Content-Security-Policy': "default-src 'none'; style-src 'self'; frame-ancestors 'none'" },
  });
}
