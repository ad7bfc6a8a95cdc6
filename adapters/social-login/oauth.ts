import type { AuthorizationRequest, IdentificationOutcome } from '../../src/ports/social-login.ts';
import type { Answer } from './ask.ts';

/** Where to send a person who is to log in at a provider of plain OAuth 2: the request of RFC 6749 with PKCE (RFC 7636). */
export function authorizationUrl(
  endpoint: string,
  { clientId, scope }: { readonly clientId: string; readonly scope: string },
  { state, codeChallenge, redirectUri }: AuthorizationRequest,
): string {
  const url = new URL(endpoint);
  url.search = new URLSearchParams({
    ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope, state },
    ...{ code_challenge: codeChallenge, code_challenge_method: 'S256' },
  }).toString();
  return url.href;
}

/** A claim that is there and not empty, as text. Ids come as numbers from some. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Errors that speak against our client or the provider, not against the code. */
const notTheCode = new Set([
  'invalid_client',
  'unauthorized_client',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
]);

/** What it means that an endpoint did not give what it was asked for. Descriptions are left out: they may quote a code or a token. */
export function noIdentification(endpoint: string, { status, body, detail }: Answer): IdentificationOutcome {
  const error = textOf(body['error']);
  const unavailable = status === 0 || status >= 500 || status === 429 || (error !== undefined && notTheCode.has(error));
  return {
    outcome: unavailable ? 'unavailable' : 'refused',
    detail: `${endpoint}: ${error !== undefined && /^[a-z_]{1,40}$/.test(error) ? error : detail}`,
  };
}
