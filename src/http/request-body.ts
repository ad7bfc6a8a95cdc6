import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Route } from '../contract/route.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import { hasBody, openBody, readBody, refuseOversized } from './body.ts';
import type { BodyLimits } from './body.ts';
import { parseForeignForm, parseForm } from './form.ts';
import { requestEncoding, requestMediaType } from './negotiation.ts';

/** A request's body after parsing, before validation. */
export type ParsedBody =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'value';
      readonly value: unknown;
      readonly mediaType: string;
      readonly bytes: number;
      /** The bytes themselves, where the operation declares `x-raw-body`. */
      readonly raw?: Buffer;
    }
  | { readonly kind: 'stream'; readonly stream: Readable; readonly mediaType: string; readonly hash: Hash };

/** Times a body may take; the size comes from the operation. */
export type BodyTimes = Omit<BodyLimits, 'maxBytes'>;

const none: ParsedBody = { kind: 'none' };

/**
 * Parses the body as the operation declares it. Streamed bodies are only opened: not a byte is read yet.
 *
 * @throws Problem 415 (type, charset, encoding), 413, 408, 400 (broken compression, not UTF-8, not JSON).
 */
export async function parseBody(req: IncomingMessage, route: Route, times: BodyTimes): Promise<ParsedBody> {
  // A body that no document mentions is not looked at; Node discards it.
  if (route.requestBody === null) return none;
  const { content } = route.requestBody;
  if (!hasBody(req)) {
    // An empty body of a wrong type is wrong for its type; without a type it is simply missing, which is for the validator.
    if (req.headers['content-type'] !== undefined) requestMediaType(req, content);
    return none;
  }
  const { mediaType } = requestMediaType(req, content);
  const encoding = requestEncoding(req);
  const limits = { ...times, maxBytes: route.maxBody };
  refuseOversized(req, encoding, route.maxBody);
  if (route.streaming.request) {
    const hash = createHash('sha256');
    return { kind: 'stream', stream: openBody(req, encoding, limits, hash), mediaType, hash };
  }
  const bytes = await readBody(req, encoding, limits);
  if (bytes.length === 0) return none;
  const value = parseValue(bytes, mediaType, route.rawBody ? parseForeignForm : parseForm);
  return { kind: 'value', value, mediaType, bytes: bytes.length, ...(route.rawBody ? { raw: bytes } : {}) };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseValue(bytes: Buffer, mediaType: string, readForm: typeof parseForm): unknown {
  // The parts of a mail may each be in another character set: it is bytes, and one character stands for each.
  if (mediaType === 'message/rfc822') return bytes.toString('latin1');
  let text: string;
  try {
    // ASCII needs neither a check nor a second look.
    text = isAscii(bytes) ? bytes.toString('latin1') : utf8.decode(bytes);
  } catch (error) {
    throw malformed('The body is not valid UTF-8.', error);
  }
  if (mediaType === 'application/x-www-form-urlencoded') return readForm(text);
  if (!mediaType.endsWith('json')) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed('The body is not valid JSON.', error);
  }
}

function malformed(detail: string, cause: unknown): Problem {
  return new Problem(platformProblems['malformed-request'], { detail, errors: [{ pointer: '', detail }], cause });
}
