import type { Disagreement } from './oracle.ts';

/** A disagreement that is not our mistake. The list may only shrink: an entry that no message matches fails the run. */
export interface KnownDisagreement {
  readonly what: string;
  readonly kind: Disagreement['kind'];
  readonly is: (disagreement: Disagreement) => boolean;
  /** Why Portico is right. */
  readonly reason: string;
}

export const knownDisagreements: readonly KnownDisagreement[] = [
  {
    what: 'pages are no operations',
    kind: 'accepted',
    is: ({ method, url, detail }) => method === 'GET' && !url.startsWith('/api/') && detail === '404 not found',
    reason:
      'Documentation, documents and the pages that explain problems are served for people; no document lists them.',
  },
  {
    what: 'integers in other notations',
    kind: 'refused',
    is: ({ url, detail }) =>
      detail === 'validation-failed' && /[?&]\w+=(?:0x10|1e1|%205%20|5\.0|%2B5|05)(?:&|$)/.test(url),
    reason: 'Ajv coerces with Number(). The decoder takes what JSON would write, so that one value has one form.',
  },
  {
    what: 'reserved characters in a query',
    kind: 'accepted',
    is: ({ url, detail }) => /\?.*[:@/?+]/.test(url) && /^400 Parameter '\w+' must be url encoded\./.test(detail),
    reason: 'RFC 3986, section 3.4: ":", "@", "/" and "?" may stand in a query as they are, and "+" for a blank.',
  },
  {
    what: 'bodies that are nothing',
    kind: 'refused',
    is: ({ detail, body }) => detail === 'validation-failed' && ['', 'null'].includes(body),
    reason: 'The oracle takes an absent body and null for {}, which fits where every field is optional.',
  },
  {
    what: 'compressed bodies',
    kind: 'refused',
    is: ({ encoding, status }) => encoding !== '' && [400, 413, 415].includes(status),
    reason:
      'OpenAPI has no word for Content-Encoding or for the size of a body; Portico refuses what it cannot unpack.',
  },
  {
    what: 'other charsets than UTF-8',
    kind: 'refused',
    is: ({ contentType, status }) => status === 415 && /; *charset=(?!utf-8)/.test(contentType),
    reason: 'OpenAPI compares media types without their parameters; read as UTF-8, the text would be another one.',
  },
  {
    what: 'refusals of OAuth',
    kind: 'refused',
    is: ({ url, detail }) => url === '/api/v1/auth/token' && ['invalid-scope', 'malformed-request'].includes(detail),
    reason: 'RFC 6749, section 5.2: 400 also for scopes a client lacks and for proofs that came twice or not at all.',
  },
  {
    what: 'days that no calendar has',
    kind: 'refused',
    is: ({ url, detail }) => detail === 'validation-failed' && /=\d{4}-02-3[01]T/.test(url),
    reason: 'RFC 3339, section 5.7: the day depends on month and year. The oracle looks at the digits alone.',
  },
  {
    what: 'representations that an operation does not have',
    kind: 'answer',
    is: ({ status }) => status === 406,
    reason: 'Accept is judged for every operation alike, as the method is (405); the documents list neither.',
  },
];
