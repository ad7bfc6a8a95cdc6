import { platformProblems } from '../src/shared/platform-problems.ts';
import type { ProblemType } from '../src/shared/problem.ts';

/** One answer that the gateway gives by itself. */
interface OwnAnswer {
  /** The statuses nginx would answer with. */
  readonly instead: readonly number[];
  readonly problem: ProblemType;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** nginx has not understood the path by then, and cannot jump to a named location. */
  readonly beforePath?: true;
}

const retryAfterSeconds = 5;

export const ownAnswers: readonly OwnAnswer[] = [
  // 501: a transfer coding, 505: a version it does not know; 497: plain HTTP on a TLS port.
  {
    instead: [400, 497, 501, 505],
    problem: platformProblems['malformed-request'],
    detail: 'This is not valid HTTP/1.1.',
    beforePath: true,
  },
  { instead: [404], problem: platformProblems['not-found'], detail: 'There is nothing at this path.' },
  {
    instead: [413],
    problem: platformProblems['payload-too-large'],
    detail: 'The body is larger than this path takes.',
  },
  {
    instead: [414],
    problem: platformProblems['uri-too-long'],
    detail: 'The request line exceeds 16 KiB.',
    beforePath: true,
  },
  { instead: [415], problem: platformProblems['unsupported-media-type'], detail: 'This is not accepted here.' },
  {
    instead: [429],
    problem: platformProblems['too-many-requests'],
    detail: 'Too many requests at once from one caller or address.',
    headers: { 'Retry-After': String(retryAfterSeconds) },
  },
  // 494 is nginx' own number. Without the explicit status the line would say 400 whatever the page returns (measured).
  {
    instead: [494],
    problem: platformProblems['header-fields-too-large'],
    detail: 'A header field exceeds 16 KiB.',
    beforePath: true,
  },
  { instead: [500], problem: platformProblems['internal-error'], detail: 'The gateway failed.' },
  // 502 and 504 are about processes behind the gateway, of which callers need not know.
  {
    instead: [502, 503, 504],
    problem: platformProblems.unavailable,
    detail: 'What serves this path is away. Try again soon.',
    headers: { 'Retry-After': String(retryAfterSeconds) },
  },
];

/** Headers of every answer that the gateway gives by itself. `add_header` is not inherited, so each location has them all. */
function headerLines(extra: Readonly<Record<string, string>> = {}): string[] {
  const headers = {
    'X-Request-Id': '$edge_request_id',
    'X-Correlation-ID': '$correlation_id',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...extra,
  };
  return [
    'default_type application/problem+json;',
    ...Object.entries(headers).map(([name, value]) => `add_header ${name} "${value}" always;`),
  ];
}

function returnLine({ status, code, title }: ProblemType, detail: string): string {
  const body = JSON.stringify({
    type: `/problems/${code}`,
    title,
    status,
    detail,
    code,
    requestId: '$edge_request_id',
  });
  return `return ${status} '${body}';`;
}

/** `error_page` directives of the server. What processes answer passes untouched (`proxy_intercept_errors` is off). */
export function errorPageLines(): string[] {
  return [
    'error_page 405 = @method_not_allowed;',
    ...ownAnswers.map((own) => `error_page ${own.instead.join(' ')} =${own.problem.status} ${target(own)};`),
  ];
}

function target({ problem, beforePath }: OwnAnswer): string {
  return beforePath ? `/.gateway/${problem.code}` : named(problem);
}

function named({ code }: ProblemType): string {
  return `@${code.replaceAll('-', '_')}`;
}

/** The locations that `error_page` leads to. */
export function errorLocations(): string[][] {
  return [methodNotAllowed(), ...ownAnswers.map(ownLocation)];
}

function ownLocation(own: OwnAnswer): string[] {
  const lines = [...headerLines(own.headers), returnLine(own.problem, own.detail)];
  const internal = own.beforePath ? ['internal;'] : [];
  const name = own.beforePath ? `= ${target(own)}` : target(own);
  return [`location ${name} {`, ...[...internal, ...lines].map((line) => `  ${line}`), '}'];
}

/** nginx refuses TRACE and CONNECT before it looks for a location, so unknown paths come here too. */
function methodNotAllowed(): string[] {
  const unknown = platformProblems['not-found'];
  return [
    'location @method_not_allowed {',
    ...headerLines({ Allow: '$allow' }).map((line) => `  ${line}`),
    '  if ($allow = "") {',
    `    ${returnLine(unknown, 'There is nothing at this path.')}`,
    '  }',
    `  ${returnLine(platformProblems['method-not-allowed'], 'This path allows $allow.')}`,
    '}',
  ];
}
