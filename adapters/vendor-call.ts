/** What became of one HTTP request to a vendor. */
export type VendorAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Headers; readonly text: string }
  /** It certainly did not reach the vendor. */
  | { readonly kind: 'not-sent'; readonly code: string }
  /** It may have: no answer, or only a part of one, came back. */
  | { readonly kind: 'lost'; readonly code: string };

export interface VendorRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
  readonly traceparent?: string | undefined;
}

/** More than any vendor's answer; what is longer is cut off, so that a broken vendor cannot fill our memory. */
const LONGEST_ANSWER = 1_000_000;

/**
 * Makes one request, follows no redirect, and tells apart what was certainly not sent from what may have been. Never throws,
 * and no part of the URL, which may hold a key, gets into what it returns.
 */
export async function callVendor(request: VendorRequest): Promise<VendorAnswer> {
  const { method, url, body, signal, traceparent } = request;
  const isGivenUp = (): boolean => signal.aborted;
  if (isGivenUp()) return { kind: 'not-sent', code: 'aborted' };
  const headers = { ...request.headers, ...(traceparent === undefined ? {} : { traceparent }) };
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal,
      ...(body === undefined ? {} : { body }),
    });
    return { kind: 'answered', status: response.status, headers: response.headers, text: await bounded(response) };
  } catch (error) {
    if (isGivenUp()) return { kind: 'lost', code: 'no-answer' };
    const cause = Error.isError(error) && error.cause !== undefined ? error.cause : error;
    const code = codeOf(cause);
    return isBeforeSending(cause) ? { kind: 'not-sent', code } : { kind: 'lost', code };
  }
}

async function bounded(response: Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_ANSWER) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** True when the connection never stood: name, route, port or certificate failed, so not a byte of the request left. */
function isBeforeSending(cause: unknown): boolean {
  if (!Error.isError(cause)) return false;
  // One per address that was tried.
  if ('errors' in cause && Array.isArray(cause.errors) && cause.errors.length > 0) {
    return cause.errors.every(isBeforeSending);
  }
  const { syscall } = cause as NodeJS.ErrnoException;
  return (
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    /CONNECT_TIMEOUT|CERT|SELF_SIGNED|LEAF_SIGNATURE/.test(codeOf(cause))
  );
}

function codeOf(cause: unknown): string {
  const { code } = cause as { code?: unknown };
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'connection-broken';
}

/** An object of JSON, or undefined for anything else: vendors answer HTML when they are not well. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field as text; numbers as JSON writes them. Everything else is undefined. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** Seconds that `Retry-After` asks for (a number or a date), at least 1 and at most an hour; `fallback` when it says nothing. */
export function retryAfter(headers: Headers, fallback: number): number {
  const told = headers.get('retry-after')?.trim() ?? '';
  const seconds = /^\d+$/.test(told) ? Number(told) : (Date.parse(told) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(3_600, Math.max(1, Math.ceil(seconds))) : fallback;
}

/** An object of JSON with every number as the text it was: a rate or an amount that went through a `number` is another one. */
export function parseExactObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text, (_key, read: unknown, context?: { readonly source?: string }) =>
      typeof read === 'number' ? context?.source : read,
    );
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
