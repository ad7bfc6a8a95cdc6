import type { Problem } from '../shared/problem.ts';

/** What a token endpoint adds to its problems, so that OAuth clients understand them (RFC 6749 section 5.2). */
export interface OAuthError {
  readonly error: string;
  readonly error_description: string;
}

/** The one map from problems to OAuth's closed list; undefined for what that list has no word for (429, 500, 503). */
export function oauthError(problem: Problem): OAuthError | undefined {
  const error = errorOf(problem);
  // Only these characters are allowed there.
  const description = (problem.detail ?? problem.title).replaceAll(/[^ !#-[\]-~]/g, '.');
  return error === undefined ? undefined : { error, error_description: description };
}

function errorOf({ code, status, errors }: Problem): string | undefined {
  if (status === 401) return 'invalid_client';
  if (code === 'invalid-scope') return 'invalid_scope';
  const grant = errors.find(({ pointer }) => pointer === '/grant_type');
  if (grant !== undefined && grant.detail !== 'is missing') return 'unsupported_grant_type';
  return status < 500 && status !== 429 ? 'invalid_request' : undefined;
}
