import { Problem } from '../../shared/problem.ts';
import { platformProblems } from '../../shared/platform-problems.ts';
import { createClientAccessToken } from './access-token.ts';
import { findSecret } from './client-secret.ts';
import { findClientSecrets, noteSecretUse } from './client-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { problems } from './problems.ts';

export interface ClientTokenRequest {
  /** The header `Authorization`, as it came. */
  readonly authorization: string | undefined;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  /** Scopes with blanks between them; empty asks for all. */
  readonly scope: string;
}

/**
 * Gives a machine client an access token (RFC 6749 section 4.4). An unknown client, a wrong secret and a disabled client are
 * one answer and cost the same.
 *
 * @throws Problem 401 `invalid-client`, 400 `invalid-scope`, `malformed-request` for credentials in two places
 */
export async function createClientToken(
  parts: Pick<IdentityParts, 'database' | 'signingKeys' | 'clock' | 'settings'>,
  request: ClientTokenRequest,
): Promise<{ readonly token: string; readonly expiresIn: number; readonly scope: string }> {
  const { id, secret } = credentialsOf(request);
  const found = findSecret(secret, isId(id) ? await findClientSecrets(parts.database, id) : []);
  if (found === undefined || found.disabled) throw invalidClient();
  const asked = request.scope === '' ? found.scopes : [...new Set(request.scope.split(' '))];
  const foreign = asked.filter((scope) => !found.scopes.includes(scope));
  if (foreign.length > 0) {
    throw new Problem(problems['invalid-scope'], {
      detail: `This client may not have ${foreign.join(', ').slice(0, 500)}.`,
    });
  }
  await noteSecretUse(parts.database, found.id);
  const { token, expiresIn } = createClientAccessToken(parts, { clientId: id, scopes: asked });
  return { token, expiresIn, scope: asked.join(' ') };
}

const isId = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

function credentialsOf({ authorization, clientId, clientSecret }: ClientTokenRequest): { id: string; secret: string } {
  const basic = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) {
    if (clientId === undefined || clientSecret === undefined) throw invalidClient();
    return { id: clientId.toLowerCase(), secret: clientSecret };
  }
  // A client that names itself in both places says the same twice; a secret in both is one place too many (RFC 6749, 2.3).
  if (clientSecret !== undefined) {
    throw new Problem(platformProblems['malformed-request'], {
      detail: 'Send the client credentials by HTTP Basic authentication or in the form, not both.',
      errors: [{ pointer: '/client_secret', detail: 'is in the Authorization header already' }],
    });
  }
  const [id = '', ...rest] = Buffer.from(basic, 'base64').toString().split(':');
  const secret = rest.join(':');
  if (clientId !== undefined && clientId.toLowerCase() !== id.toLowerCase()) throw invalidClient();
  return { id: id.toLowerCase(), secret };
}

function invalidClient(): Problem {
  return new Problem(problems['invalid-client'], {
    detail: 'These client credentials are not accepted.',
    headers: { 'www-authenticate': 'Basic realm="portico"' },
  });
}
