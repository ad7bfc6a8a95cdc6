import type { IncomingMessage } from 'node:http';

/** Headers a page from another origin may read beside the ones every browser grants. */
const exposed = [
  'ETag',
  'Location',
  'Link',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Idempotent-Replayed',
  'X-Request-Id',
  'X-Correlation-ID',
  'WWW-Authenticate',
  'Deprecation',
  'Sunset',
  'Content-Disposition',
].join(', ');

const requestHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'X-Correlation-ID',
  'traceparent',
].join(', ');

export interface Cors {
  /** For any answer to this request. */
  headers(req: IncomingMessage): Readonly<Record<string, string>>;
  /** For the answer to OPTIONS; empty unless it is a preflight from an allowed origin. */
  preflight(req: IncomingMessage, allow: string): Readonly<Record<string, string>>;
}

/**
 * Lets pages of these origins call the API. Never with cookies: a caller proves itself by its token alone, so `*` is safe.
 *
 * @param origins such as `https://app.example.com`, or `*` for all; none turns CORS off.
 */
export function createCors(origins: readonly string[]): Cors {
  const everyone = origins.includes('*');
  const allowed = new Set(origins);
  const nothing = Object.freeze({});
  const vary = Object.freeze({ Vary: 'Origin' });
  const originOf = (req: IncomingMessage): string | null => {
    const origin = req.headers.origin;
    if (typeof origin !== 'string') return null;
    return everyone ? '*' : allowed.has(origin) ? origin : null;
  };
  return {
    headers(req) {
      if (origins.length === 0) return nothing;
      const origin = originOf(req);
      if (origin === null) return everyone ? nothing : vary;
      return {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': exposed,
        'Cross-Origin-Resource-Policy': 'cross-origin',
        ...(everyone ? {} : vary),
      };
    },
    preflight(req, allow) {
      if (req.headers['access-control-request-method'] === undefined || originOf(req) === null) return nothing;
      return {
        'Access-Control-Allow-Methods': allow,
        'Access-Control-Allow-Headers': requestHeaders,
        'Access-Control-Max-Age': '600',
      };
    },
  };
}
