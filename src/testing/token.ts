import type { Principal } from '../contract/caller.ts';
import type { TokenVerifier } from '../http/authentication.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';

/** What a made-up token says. */
export interface TestBearer {
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
}

/** A token that only `testVerifier` accepts, for whoever a test needs. */
export function makeTestToken(bearer: TestBearer): string {
  return `test.${Buffer.from(JSON.stringify(bearer)).toString('base64url')}`;
}

/** Accepts made-up tokens beside those that `real` accepts. */
export function testVerifier(real?: TokenVerifier): TokenVerifier {
  const madeUp = new Set<string>();
  return {
    async verifyAccessToken(token) {
      if (token.startsWith('test.')) {
        const verified = readTestToken(token);
        if (verified.principal.kind === 'user') madeUp.add(verified.principal.sessionId);
        return verified;
      }
      if (real === undefined) throw new Problem(platformProblems.unauthenticated);
      return real.verifyAccessToken(token);
    },
    isSessionRevoked: (sessionId) => real?.isSessionRevoked(sessionId) ?? false,
    isPrivileged: (scope) => real?.isPrivileged(scope) ?? false,
    async refreshPrincipal(principal) {
      if (real === undefined || (principal.kind === 'user' && madeUp.has(principal.sessionId))) return principal;
      return real.refreshPrincipal(principal);
    },
  };
}

function readTestToken(token: string): { principal: Principal; expiresAt: Date } {
  const content = JSON.parse(Buffer.from(token.slice(5), 'base64url').toString()) as Omit<TestBearer, 'expiresAt'> & {
    readonly expiresAt: string;
  };
  const { userId, sessionId, roles, scopes, expiresAt } = content;
  return {
    principal: { kind: 'user', userId, sessionId, roles, scopes: new Set(scopes) },
    expiresAt: new Date(expiresAt),
  };
}
