import type { RateLimitClass, Route } from '../src/contract/route.ts';

/** Everything the gateway knows about one path of the contract. */
export interface Place {
  /** As in the document. */
  readonly path: string;
  readonly context: string;
  /** What the path allows, as `Allow` says it. */
  readonly allow: string;
  readonly operations: readonly { readonly method: string; readonly operationId: string }[];
  /** Bytes of the largest body any of its operations takes. */
  readonly maxBody: number;
  readonly streaming: { readonly request: boolean; readonly response: boolean };
  /** The classes of its operations; `byAddress` where anyone may call, so that an invented token buys no quota of its own. */
  readonly limits: readonly { readonly class: Exclude<RateLimitClass, 'internal'>; readonly byAddress: boolean }[];
  /** Nothing but GET: a request may be sent a second time to another process. */
  readonly readOnly: boolean;
  /** Public, read-only, and its answer declares `Cache-Control`. */
  readonly cacheable: boolean;
  /** Probes are asked all the time and would drown the log. */
  readonly logged: boolean;
}

/** One place per path, literal segments before parameters. Internal operations have none: the gateway does not know them. */
export function placesOf(routes: readonly Route[]): Place[] {
  const partner = routes.filter((route) => !route.internal);
  const places = [...Map.groupBy(partner, (route) => route.path)].map(([path, group]) => placeOf(path, group));
  return places.sort((a, b) => sortKey(a.path).localeCompare(sortKey(b.path), 'en'));
}

function placeOf(path: string, group: readonly Route[]): Place {
  const methods = group.map(({ method }) => method);
  const readOnly = methods.every((method) => method === 'GET');
  const limits = group.flatMap(({ rateLimit, scopes }) =>
    rateLimit === 'internal' ? [] : [{ class: rateLimit, byAddress: scopes === null }],
  );
  return {
    path,
    context: group[0]?.context ?? '',
    allow: [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', '),
    operations: group.map(({ method, operationId }) => ({ method, operationId })),
    maxBody: Math.max(...group.map(({ maxBody }) => maxBody)),
    streaming: {
      request: group.some(({ streaming }) => streaming.request),
      response: group.some(({ streaming }) => streaming.response),
    },
    limits,
    readOnly,
    cacheable: readOnly && group.every((route) => route.scopes === null && declaresCaching(route)),
    logged: limits.length > 0,
  };
}

function declaresCaching({ responses }: Route): boolean {
  return responses[200]?.headers.some(({ name }) => name.toLowerCase() === 'cache-control') ?? false;
}

/** Braces sort behind every character of a literal segment. */
function sortKey(path: string): string {
  return path.replaceAll(/\{[^}]+\}/g, '\uffff');
}

/** What Portico serves beside its operations: Swagger UI, the documents, explanations of problems. All by GET, all cacheable. */
export interface PagePlace {
  /** What nginx matches: `= /docs`, or a regular expression. */
  readonly match: string;
  /** For `Allow` and the log. */
  readonly pattern: string;
  /** Null: any process has it; the one of `platform` is asked. */
  readonly context: string | null;
}

export function pagePlaces(contexts: readonly string[]): PagePlace[] {
  const exact = (path: string, context: string | null = null): PagePlace => ({
    match: `= ${path}`,
    pattern: `^${path.replaceAll('.', '\\.')}\\z`,
    context,
  });
  const below = (path: string, part: string): PagePlace => ({
    match: `~ "^${path}/${part}\\z"`,
    pattern: `^${path}/${part}\\z`,
    context: null,
  });
  return [
    exact('/'),
    exact('/docs'),
    below('/docs', '[A-Za-z0-9.-]+'),
    exact('/console'),
    below('/console', '[a-z.-]+'),
    exact('/sandbox/pay'),
    exact('/sandbox/pay.js'),
    exact('/problems'),
    below('/problems', '[a-z0-9-]+'),
    exact('/openapi.json'),
    ...contexts.map((context) => exact(`/openapi/${context}.json`, context)),
  ];
}
