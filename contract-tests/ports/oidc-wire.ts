import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { basicClient, bearer, CLIENT_ID, CLIENT_SECRET } from './login-simulator.ts';
import type { Ask, Grant, LoginSimulator, Reply, Wire } from './login-simulator.ts';

/** What of an ID token is wrong. */
export type Forgery = 'nonce' | 'issuer' | 'audience' | 'azp' | 'expired' | 'key' | 'unsigned' | 'missing';

/** A provider of OpenID Connect as Google, Telegram or Auth0 speak it. */
export interface OidcWire extends Wire {
  claims: Readonly<Record<string, unknown>>;
  /** What UserInfo says beside; undefined: there is no UserInfo endpoint and no discovery, as at Telegram. */
  userInfo: Readonly<Record<string, unknown>> | undefined;
  /** The numbers of the People API. */
  phoneNumbers: readonly object[];
  forgery: Forgery | undefined;
}

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

export function createOidcWire(paths: {
  readonly authorize: string;
  readonly token: string;
  readonly jwks: string;
}): OidcWire {
  const [own, other] = [pair(), pair()];
  const wire: OidcWire = {
    authorizePath: paths.authorize,
    claims: {},
    userInfo: {},
    phoneNumbers: [],
    forgery: undefined,
    comesBackWith: (origin) => ({ iss: origin }),
    answer(ask, simulator) {
      switch (ask.path) {
        case '/.well-known/openid-configuration':
          return wire.userInfo === undefined ? undefined : { status: 200, body: metadata(simulator.origin) };
        case paths.jwks:
          return {
            status: 200,
            body: { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'own', use: 'sig', alg: 'RS256' }] },
          };
        case paths.token:
          return token(ask, simulator);
        case '/userinfo':
          return wire.userInfo === undefined ? undefined : userInfo(ask, simulator);
        case '/v1/people/me':
          return simulator.grantOf(bearer(ask)) === undefined
            ? { status: 401, body: { error: { code: 401 } } }
            : { status: 200, body: { resourceName: 'people/1', phoneNumbers: wire.phoneNumbers } };
        default:
          return undefined;
      }
    },
  };

  function metadata(origin: string): object {
    return {
      issuer: origin,
      authorization_endpoint: `${origin}${paths.authorize}`,
      token_endpoint: `${origin}${paths.token}`,
      jwks_uri: `${origin}${paths.jwks}`,
      userinfo_endpoint: `${origin}/userinfo`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  function token(ask: Ask, simulator: LoginSimulator): Reply {
    const { id, secret } = basicClient(ask);
    if (simulator.trouble === 'wrong-client' || id !== CLIENT_ID || secret !== CLIENT_SECRET) {
      return { status: 401, body: { error: 'invalid_client', error_description: `no client ${id}` } };
    }
    const grant = simulator.redeem(ask.form);
    if (grant === null) {
      return { status: 400, body: { error: 'invalid_grant', error_description: `bad code ${ask.form.get('code')}` } };
    }
    const body = { access_token: grant.accessToken, token_type: 'Bearer', expires_in: 3600, scope: grant.scope };
    if (wire.forgery === 'missing') return { status: 200, body };
    return { status: 200, body: { ...body, id_token: idToken(grant, simulator.origin) } };
  }

  function idToken(grant: Grant, origin: string): string {
    const { forgery } = wire;
    const now = Math.floor(Date.now() / 1000) - (forgery === 'expired' ? 7200 : 0);
    const claims = {
      iss: forgery === 'issuer' ? 'https://elsewhere.example' : origin,
      aud:
        forgery === 'audience'
          ? 'another-client'
          : forgery === 'azp'
            ? [grant.clientId, 'another-client']
            : grant.clientId,
      ...(forgery === 'azp' ? { azp: 'another-client' } : {}),
      ...{ sub: grant.subject, iat: now, exp: now + 3600 },
      nonce: forgery === 'nonce' ? 'another-nonce' : grant.nonce,
      ...wire.claims,
    };
    if (forgery === 'unsigned') return jwt.sign(claims, '', { algorithm: 'none' });
    const key: KeyObject = forgery === 'key' ? other.privateKey : own.privateKey;
    return jwt.sign(claims, key, { algorithm: 'RS256', keyid: 'own' });
  }

  function userInfo(ask: Ask, simulator: LoginSimulator): Reply {
    const grant = simulator.grantOf(bearer(ask));
    if (grant === undefined) return { status: 401, body: { error: 'invalid_token' } };
    return { status: 200, body: { sub: grant.subject, ...wire.userInfo } };
  }

  return wire;
}
