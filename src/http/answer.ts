import type { PlainResult } from '../contract/handlers.ts';
import type { Route } from '../contract/route.ts';
import type { Answer } from './respond.ts';
import type { StreamedAnswer } from './stream.ts';

/** The media type of a result: what the handler chose, else the only one the status declares. */
function mediaTypeOf(route: Route, result: PlainResult): string | null {
  return result.mediaType ?? route.responses[result.status]?.content[0]?.mediaType ?? null;
}

/** A handler's result in the form that goes over the wire. */
export function toAnswer(route: Route, result: PlainResult): Answer {
  const mediaType = mediaTypeOf(route, result);
  const headers = textHeaders(result.headers);
  if (result.body === undefined || mediaType === null) return { status: result.status, headers, body: null };
  headers['Content-Type'] = contentType(mediaType);
  return { status: result.status, headers, body: bodyOf(result.body, mediaType) };
}

/** The same for a body that is still being produced. */
export function toStreamedAnswer(route: Route, result: PlainResult): StreamedAnswer {
  if (!isAsyncIterable(result.body)) throw new Error(`${route.operationId} streams, but its handler gave no stream.`);
  const mediaType = mediaTypeOf(route, result);
  const headers = textHeaders(result.headers);
  if (mediaType !== null) headers['Content-Type'] = contentType(mediaType);
  return { status: result.status, headers, chunks: result.body };
}

function contentType(mediaType: string): string {
  return mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType;
}

function textHeaders(headers: PlainResult['headers']): Record<string, string> {
  const text: Record<string, string> = {};
  for (const name in headers) text[name] = String(headers[name]);
  return text;
}

function bodyOf(body: unknown, mediaType: string): string | Buffer {
  if (mediaType.endsWith('json')) return JSON.stringify(body);
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new Error(`A ${mediaType} body must be text or bytes.`);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<string | Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
