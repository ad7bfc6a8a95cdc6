import jwt from 'jsonwebtoken';
import type { Clock } from '../shared/clock.ts';
import { derivedId } from '../shared/id.ts';
import { unauthenticated } from '../shared/platform-problems.ts';
import type { TokenVerifier } from './authentication.ts';

/** Signs with what only processes of this installation can derive: never with a key that anybody may read. */
const algorithm = 'HS256';
const issuer = 'portico';
const audience = 'portico-internal';

/** What the key of service tokens is derived from PORTICO_SECRET for. */
export const servicePurpose = 'service tokens';

/** Seconds a token lives: it is made for one call. */
const lifetime = 60;

/** All that a service may do: call internal operations. No role holds this scope. */
export const internalScope = 'internal:call';

/**
 * A token by which one process of this installation calls an internal operation of another.
 * @param key 32 bytes, derived from PORTICO_SECRET for this purpose
 * @param service who calls: a context's name
 */
export function createServiceToken(key: Buffer, service: string, clock: Clock): string {
  const issuedAt = Math.floor(clock.now().getTime() / 1_000);
  return jwt.sign({ iss: issuer, aud: audience, sub: service, iat: issuedAt, exp: issuedAt + lifetime }, key, {
    algorithm,
  });
}

/** Accepts service tokens beside those of accounts. They carry one scope and belong to nobody's session. */
export function withServiceTokens(accounts: TokenVerifier, key: Buffer, clock: Clock): TokenVerifier {
  return {
    verifyAccessToken: async (token) => (isServiceToken(token) ? verify(token) : accounts.verifyAccessToken(token)),
    isSessionRevoked: (sessionId) => accounts.isSessionRevoked(sessionId),
    isPrivileged: (scope) => accounts.isPrivileged(scope),
    refreshPrincipal: (principal) => accounts.refreshPrincipal(principal),
  };

  function verify(token: string): Awaited<ReturnType<TokenVerifier['verifyAccessToken']>> {
    let claims: jwt.JwtPayload | string;
    try {
      const clockTimestamp = Math.floor(clock.now().getTime() / 1_000);
      claims = jwt.verify(token, key, { algorithms: [algorithm], issuer, audience, clockTimestamp });
    } catch (cause) {
      throw unauthenticated(cause);
    }
    if (typeof claims === 'string' || claims.sub === undefined || claims.exp === undefined) throw unauthenticated();
    const id = derivedId('service', claims.sub);
    return {
      principal: { kind: 'user', userId: id, sessionId: id, roles: [], scopes: new Set([internalScope]) },
      expiresAt: new Date(claims.exp * 1_000),
    };
  }
}

/** By its header alone, which anybody can write: it only decides which key the token is held against. */
function isServiceToken(token: string): boolean {
  const header = jwt.decode(token, { complete: true })?.header;
  return header?.alg === algorithm && header.kid === undefined;
}
