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
