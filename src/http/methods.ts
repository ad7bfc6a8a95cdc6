import type { Method } from '../contract/route.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import type { Cors } from './cors.ts';
import type { Exchange } from './exchange.ts';
import type { Answer } from './respond.ts';

/**
 * Answers every method that a path does not declare: OPTIONS with 204 and `Allow` (and CORS preflights), the rest, TRACE and
 * QUERY included, with 405 and `Allow`.
 *
 * @param allow such as `GET, POST, HEAD, OPTIONS`.
 */
export function answerUndeclaredMethod({ req }: Exchange, allow: string, cors: Cors): Answer {
  if (req.method === 'OPTIONS') {
    return { status: 204, headers: { Allow: allow, ...cors.preflight(req, allow) }, body: null };
  }
  throw new Problem(platformProblems['method-not-allowed'], {
    detail: `This path allows ${allow}.`,
    headers: { allow },
  });
}

/** What a path answers by itself. */
export interface DeclaredMethod {
  readonly path: string;
  readonly method: Method;
}

/** A path with its `Allow`, and the methods to be answered by {@link answerUndeclaredMethod}. */
export interface UndeclaredMethods {
  readonly path: string;
  readonly allow: string;
  readonly methods: readonly ('*' | Method)[];
}

/**
 * What is left to answer on each path: `*`, and every method that a template of the same shape would catch before it. Hapi
 * looks among the paths of the method first: /users/{userId} would answer GET /users/profile, which exists for PUT only.
 */
export function undeclaredMethods(declared: readonly DeclaredMethod[]): UndeclaredMethods[] {
  return [...Map.groupBy(declared, ({ path }) => path)].map(([path, entries]) => {
    const own = entries.map(({ method }) => method);
    const caught = declared.filter((other) => !own.includes(other.method) && covers(other.path, path));
    return {
      path,
      allow: [...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', '),
      methods: ['*', ...new Set(caught.map(({ method }) => method))],
    };
  });
}

/** Whether every request for `path` would also match the other path's template. */
function covers(template: string, path: string): boolean {
  const [wide, narrow] = [template.split('/'), path.split('/')];
  return wide.length === narrow.length && wide.every((part, at) => part.startsWith('{') || part === narrow[at]);
}
