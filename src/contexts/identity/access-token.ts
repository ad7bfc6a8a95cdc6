import jwt from 'jsonwebtoken';
import type { Principal } from '../../contract/caller.ts';
import type { Clock } from '../../shared/clock.ts';
import { unauthenticated } from '../../shared/platform-problems.ts';
import { scopesOf } from './role.ts';
import type { Role } from './role.ts';
import type { IdentitySettings } from './settings.ts';
import type { SigningKeys } from './signing-keys.ts';

/** `aud`: these tokens open this API and nothing else. */
const AUDIENCE = 'portico-api';
const ALGORITHM = 'ES256';

export interface AccessTokenDependencies {
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
  readonly settings: Pick<IdentitySettings, 'issuer' | 'accessTokenLifetime'>;
}

export interface VerifiedToken {
  readonly principal: Principal;
  /** Nobody may rely on the token from this moment on, cached or not. */
  readonly expiresAt: Date;
}

/** Signs a token for a session. @returns the token and the seconds it lives */
export function createAccessToken(
  dependencies: AccessTokenDependencies,
  bearer: { readonly userId: string; readonly sessionId: string; readonly roles: readonly Role[] },
): { readonly token: string; readonly expiresIn: number } {
  return sign(dependencies, {
    sub: bearer.userId,
    sid: bearer.sessionId,
    roles: bearer.roles,
    scope: [...scopesOf(bearer.roles)].join(' '),
  });
}

/** Signs a token for a machine client (claims as in RFC 9068). @returns the token and the seconds it lives */
export function createClientAccessToken(
  dependencies: AccessTokenDependencies,
  { clientId, scopes }: { readonly clientId: string; readonly scopes: readonly string[] },
): { readonly token: string; readonly expiresIn: number } {
  return sign(dependencies, { sub: clientId, client_id: clientId, scope: scopes.join(' ') });
}

function sign(
  { signingKeys, clock, settings }: AccessTokenDependencies,
  about: Readonly<Record<string, unknown>>,
): { readonly token: string; readonly expiresIn: number } {
  const { kid, privateKey } = signingKeys.current();
  const issuedAt = Math.floor(clock.now().getTime() / 1000);
  const claims = {
    iss: settings.issuer,
    aud: AUDIENCE,
    ...about,
    iat: issuedAt,
    exp: issuedAt + settings.accessTokenLifetime,
  };
  const token = jwt.sign(claims, privateKey, { algorithm: ALGORITHM, keyid: kid });
  return { token, expiresIn: settings.accessTokenLifetime };
}

/**
 * Checks signature, algorithm, key, issuer, audience and time. The key is ours by its kid or there is none: nothing in the
 * token says where to look for one.
 *
 * @throws Problem 401 `unauthenticated`, the same for every reason
 */
export async function verifyAccessToken(
  { signingKeys, clock, settings }: AccessTokenDependencies,
  token: string,
): Promise<VerifiedToken> {
  const kid = readKid(token);
  const key = kid === undefined ? undefined : await signingKeys.find(kid);
  if (key === undefined) throw unauthenticated();
  let claims: jwt.JwtPayload | string;
  try {
    claims = jwt.verify(token, key, {
      algorithms: [ALGORITHM],
      issuer: settings.issuer,
      audience: AUDIENCE,
      clockTimestamp: Math.floor(clock.now().getTime() / 1000),
    });
  } catch (cause) {
    throw unauthenticated(cause);
  }
  return readClaims(claims);
}

function readKid(token: string): string | undefined {
  const decoded = jwt.decode(token, { complete: true });
  return decoded?.header.alg === ALGORITHM ? decoded.header.kid : undefined;
}

function readClaims(claims: jwt.JwtPayload | string): VerifiedToken {
  if (typeof claims === 'string') throw unauthenticated();
  const { sub, exp, sid, roles, scope, client_id: clientId } = claims as Record<string, unknown>;
  if (typeof sub !== 'string' || typeof exp !== 'number' || typeof scope !== 'string') throw unauthenticated();
  const scopes = new Set(scope === '' ? [] : scope.split(' '));
  const expiresAt = new Date(exp * 1000);
  if (clientId !== undefined) {
    if (clientId !== sub || sid !== undefined) throw unauthenticated();
    return { principal: { kind: 'client', clientId: sub, scopes }, expiresAt };
  }
  if (typeof sid !== 'string' || !Array.isArray(roles)) throw unauthenticated();
  const held = roles.filter((role) => typeof role === 'string');
  return { principal: { kind: 'user', userId: sub, sessionId: sid, roles: held, scopes }, expiresAt };
}
