import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import type { FieldError } from '../shared/problem.ts';

/**
 * Reads `a=1&b=2` (application/x-www-form-urlencoded, UTF-8) strictly: what a browser sends, and nothing that two readers
 * could read differently. Every value is a text; which names there are, the validator says.
 *
 * @throws Problem 400 `malformed-request` for a name that stands twice, and for what is not percent-encoded UTF-8
 */
export function parseForm(text: string): Readonly<Record<string, string>> {
  const fields = new Map<string, string>();
  const errors: FieldError[] = [];
  for (const pair of text.split('&')) {
    const [name, value] = [pair.slice(0, endOf(pair)), pair.slice(endOf(pair) + 1)].map(decode);
    if (name === undefined || value === undefined || name === '') {
      errors.push({ pointer: '', detail: 'is not a form: name=value, percent-encoded UTF-8, joined by &' });
    } else if (fields.has(name)) {
      errors.push({
        pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`.slice(0, 512),
        detail: 'stands twice',
      });
    } else {
      fields.set(name, value);
    }
  }
  const [first] = errors;
  if (first === undefined) return Object.fromEntries(fields);
  throw new Problem(platformProblems['malformed-request'], { detail: 'The form is malformed.', errors });
}

function endOf(pair: string): number {
  const end = pair.indexOf('=');
  return end === -1 ? pair.length : end;
}

function decode(text: string): string | undefined {
  // Whatever is not a letter, digit or one of *-._~ is percent-encoded; + is a blank.
  if (!/^(?:[A-Za-z0-9*._~+-]|[!'()@:/,;$?]|%[0-9A-Fa-f]{2})*$/.test(text)) return undefined;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/**
 * Reads a form that a vendor's program wrote, as every reader of the web does: whatever it is, it has fields. Of a name that
 * stands several times the last value counts; whoever checks a signature reads the bytes.
 */
export function parseForeignForm(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(text));
}
