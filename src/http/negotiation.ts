import type { IncomingMessage } from 'node:http';
import type { MediaType, Route } from '../contract/route.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import type { ContentEncoding } from './body.ts';

const CONTENT_TYPE = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;(.*))?$/;
const CHARSET = /(?:^|;)\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]*))/i;

/**
 * Which of the declared representations the body comes in.
 * @throws Problem 415 for a missing or undeclared type, another charset than UTF-8.
 */
export function requestMediaType(req: IncomingMessage, declared: readonly MediaType[]): MediaType {
  const header = req.headers['content-type'];
  const [first] = declared;
  if (first !== undefined && header === first.mediaType) return first;
  const match = header === undefined ? null : CONTENT_TYPE.exec(header);
  const type = match?.[1]?.toLowerCase();
  const found = declared.find(({ mediaType }) => mediaType === type);
  if (found === undefined) {
    const accepted = declared.map(({ mediaType }) => mediaType).join(', ');
    throw unsupported(`Send the body as ${accepted}.`);
  }
  const parameters = match?.[2];
  const charset = parameters === undefined ? null : CHARSET.exec(parameters);
  if (charset !== null && !/^utf-?8$/i.test(charset[1] ?? charset[2] ?? '')) {
    throw unsupported('Send the body in UTF-8.');
  }
  return found;
}

/** @throws Problem 415 with Accept-Encoding (RFC 7694) for anything but gzip, deflate or nothing. */
export function requestEncoding(req: IncomingMessage): ContentEncoding {
  const header = req.headers['content-encoding'];
  if (header === undefined) return 'identity';
  const encoding = header.trim().toLowerCase();
  if (encoding === 'identity' || encoding === 'gzip' || encoding === 'deflate') return encoding;
  if (encoding === 'x-gzip') return 'gzip';
  throw unsupported('The content encoding must be gzip, deflate or identity.', {
    'accept-encoding': 'gzip, deflate, identity',
  });
}

/** The media types of an operation's successful answers; empty when none has a body. */
export function producedTypes(route: Route): readonly string[] {
  const success = Object.entries(route.responses).filter(([status]) => Number(status) < 300);
  return [...new Set(success.flatMap(([, { content }]) => content.map(({ mediaType }) => mediaType)))];
}

/** @throws Problem 406 when the caller accepts none of what the operation can give. Refusals ignore Accept. */
export function requireAcceptable(accept: string | undefined, produced: readonly string[]): void {
  if (accept === undefined || accept === '*/*' || produced.length === 0) return;
  if (produced.some((type) => accepts(accept, type))) return;
  throw new Problem(platformProblems['not-acceptable'], { detail: `This operation gives ${produced.join(', ')}.` });
}

/** Whether an Accept header admits a type: the most specific range that matches decides, `q=0` excludes (RFC 9110 §12.5.1). */
export function accepts(accept: string, type: string): boolean {
  const [family = ''] = type.split('/');
  let best = -1;
  let admitted = false;
  for (const element of accept.split(',')) {
    const [range = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase());
    const rank = range === type ? 2 : range === `${family}/*` ? 1 : range === '*/*' ? 0 : -1;
    if (rank <= best) continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    best = rank;
    admitted = q === undefined || Number(q.slice(2)) > 0;
  }
  return admitted;
}

function unsupported(detail: string, headers: Readonly<Record<string, string>> = {}): Problem {
  return new Problem(platformProblems['unsupported-media-type'], { detail, headers });
}
