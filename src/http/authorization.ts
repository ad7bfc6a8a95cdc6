import type { Principal } from '../contract/caller.ts';
import type { Route } from '../contract/route.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import type { TokenVerifier } from './authentication.ts';

/**
 * Demands all the scopes an operation declares. For privileged scopes the principal is read anew, so that a role taken away
 * is gone on the next request and not when the token ends.
 *
 * @returns the principal the handler gets.
 * @throws Problem 403 `person-required` for a machine client, `insufficient-scope`; 401 when the account is no longer allowed in.
 */
export function authorize(
  verifier: TokenVerifier,
  principal: Principal,
  { scopes: demanded, clients }: Pick<Route, 'scopes' | 'clients'>,
): Principal | Promise<Principal> {
  const scopes = demanded ?? [];
  if (principal.kind === 'client' && !clients) {
    throw new Problem(platformProblems['person-required'], {
      detail: 'This operation is about the person who calls, or theirs to decide; a machine client is nobody.',
    });
  }
  requireScopes(principal, scopes);
  return scopes.some((scope) => verifier.isPrivileged(scope)) ? refresh(verifier, principal, scopes) : principal;
}

async function refresh(verifier: TokenVerifier, principal: Principal, scopes: readonly string[]): Promise<Principal> {
  const current = await verifier.refreshPrincipal(principal);
  requireScopes(current, scopes);
  return current;
}

function requireScopes(principal: Principal, scopes: readonly string[]): void {
  if (scopes.every((scope) => principal.scopes.has(scope))) return;
  const missing = scopes.filter((scope) => !principal.scopes.has(scope));
  throw new Problem(platformProblems['insufficient-scope'], {
    detail: `This needs the scope ${missing.join(', ')}.`,
    headers: { 'www-authenticate': `Bearer realm="portico", error="insufficient_scope", scope="${scopes.join(' ')}"` },
  });
}
