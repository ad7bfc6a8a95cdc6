import { matches } from '../shared/etag.ts';
import type { Answer } from './respond.ts';

/**
 * Turns the 200 of a read into 304 when the caller already has this state (If-None-Match, weak comparison). The headers
 * stay, as RFC 9110 §15.4.5 asks; the body is dropped.
 */
export function notModified(method: string | undefined, ifNoneMatch: string | undefined, answer: Answer): Answer {
  if (ifNoneMatch === undefined || answer.status !== 200 || (method !== 'GET' && method !== 'HEAD')) return answer;
  const etag = answer.headers['ETag'];
  if (etag === undefined || !matches(ifNoneMatch, etag, 'weak')) return answer;
  const { 'Content-Type': _type, ...headers } = answer.headers;
  return { status: 304, headers, body: null };
}
