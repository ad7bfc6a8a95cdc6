import { platformProblems } from './platform-problems.ts';
import { Problem } from './problem.ts';

/** The strong entity tag of a row's version: `"7"`; of a thing that several rows make, their versions as one text. */
export function etagOf(version: number | string): string {
  return `"${version}"`;
}

/**
 * Judges If-Match against the version just read, after the caller has been found allowed to see the thing.
 * Compare-and-write stays the statement's job (`… where id = $1 and version = $2`): this answers early, not alone.
 *
 * @throws Problem 428 `precondition-required` when `required` and absent; 412 `precondition-failed` when no tag matches.
 */
export function requireMatch(ifMatch: string | undefined, version: number, required = true): void {
  requireTag(ifMatch, etagOf(version), required);
}

/** The same, against a whole tag. */
export function requireTag(ifMatch: string | undefined, tag: string, required = true): void {
  if (ifMatch === undefined) {
    if (!required) return;
    throw new Problem(platformProblems['precondition-required'], {
      detail: 'Send the ETag of the state this change is based on as If-Match.',
    });
  }
  if (!matches(ifMatch, tag, 'strong')) throw preconditionFailed();
}

/** The 412 of a write whose version was overtaken, also between reading and writing. */
export function preconditionFailed(): Problem {
  return new Problem(platformProblems['precondition-failed'], {
    detail: 'It has changed since. Read it again, then decide again.',
  });
}

/**
 * Whether a list of entity tags (`"a", W/"b"` or `*`) contains `etag`. Strong comparison is for If-Match, weak for
 * If-None-Match (RFC 9110 §13.1). A gateway that compresses turns `"7"` into `W/"7"`, which never satisfies If-Match.
 */
export function matches(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true;
  const wanted = comparison === 'weak' ? etag.replace(/^W\//, '') : etag;
  for (const [tag] of list.matchAll(/(?:W\/)?"[!#-~]*"/g)) {
    if ((comparison === 'weak' ? tag.replace(/^W\//, '') : tag) === wanted) return true;
  }
  return false;
}
