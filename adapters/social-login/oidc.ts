import type * as openid from 'openid-client';
import type { ClientAuth, Configuration, IDToken, ServerMetadata, UserInfoResponse } from 'openid-client';
import type {
  AuthorizationAnswer,
  IdentificationOutcome,
  SocialLoginProvider,
  SocialPerson,
} from '../../src/ports/social-login.ts';

export interface OidcOptions {
  /** As configuration spells it. */
  readonly name: string;
  readonly title: string;
  /** `iss`, exactly; metadata are discovered below it. Plain http is for this machine only. */
  readonly issuer: string;
  readonly clientId: string;
  /** Without it the client is public and proves itself by PKCE alone. */
  readonly clientSecret?: string | undefined;
  /** Default: `openid email phone`. */
  readonly scope?: string | undefined;
  /** The claim that says whether the number was verified; some providers have a name of their own. */
  readonly phoneVerifiedClaim?: string | undefined;
  /** For providers without discovery. */
  readonly metadata?: Omit<ServerMetadata, 'issuer'>;
  /** Reads a person out of the claims where a provider needs more than the standard ones. */
  readonly read?: (claims: Claims, standard: SocialPerson) => SocialPerson;
  /** Asks further where claims do not hold everything; must not throw. */
  readonly complete?: (person: SocialPerson, granted: Granted) => Promise<SocialPerson>;
  /** Milliseconds for every request. */
  readonly timeoutMilliseconds?: number;
}

/** What the token endpoint granted. It never leaves the adapter. */
export interface Granted {
  readonly accessToken: string;
  readonly scope: readonly string[];
}

/** Claims of the ID token and, over them, of the UserInfo endpoint. Nothing in them is of a known type. */
export type Claims = Readonly<Record<string, unknown>>;

type Library = typeof openid;

/** Loaded with the first log-in: a process that nobody logs in to by a provider need not hold it. */
const library = (): Promise<Library> => import('openid-client');

/**
 * Any provider of OpenID Connect: authorization code with PKCE. The library checks state, `iss` (also RFC 9207's), `aud`, `azp`,
 * `exp`, `iat` and `nonce`, and that UserInfo speaks of the same `sub`; the signature of the ID token is checked against the
 * provider's keys although it comes over TLS, so that what is believed does not rest on the transport alone.
 */
export function createOidcLogin(options: OidcOptions): SocialLoginProvider {
  const { name, title, clientId, scope = 'openid email phone' } = options;
  let known: Promise<Configuration> | undefined;

  /** Discovered once; a failure is not remembered. */
  function configuration(): Promise<Configuration> {
    known ??= configure(options).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  }

  return {
    name,
    title,
    async authorize({ state, nonce, codeChallenge, redirectUri, loginHint }) {
      try {
        const { buildAuthorizationUrl } = await library();
        const url = buildAuthorizationUrl(await configuration(), {
          ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope, state, nonce },
          ...{ code_challenge: codeChallenge, code_challenge_method: 'S256' },
          ...(loginHint === undefined ? {} : { login_hint: loginHint }),
        });
        return { outcome: 'ready', url: url.href };
      } catch (error) {
        return { outcome: 'unavailable', detail: describe(error) };
      }
    },
    async identify(answer) {
      let config: Configuration;
      try {
        config = await configuration();
      } catch (error) {
        return { outcome: 'unavailable', detail: describe(error) };
      }
      try {
        const { claims, granted } = await exchange(config, answer);
        const standard = readPerson(claims, options);
        const person = options.read?.(claims, standard) ?? standard;
        return { outcome: 'identified', person: (await options.complete?.(person, granted)) ?? person };
      } catch (error) {
        return outcomeOf(error, await library());
      }
    },
  };
}

async function configure(options: OidcOptions): Promise<Configuration> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- only marked to stand out; an issuer of http is on this machine (configuration)
  const { discovery, Configuration, allowInsecureRequests, enableNonRepudiationChecks, None } = await library();
  const { issuer, clientId, clientSecret, metadata } = options;
  const authentication = clientSecret === undefined ? None() : await authenticateBy(clientSecret);
  // Seconds.
  const timeout = (options.timeoutMilliseconds ?? 5_000) / 1_000;
  const extensions: ((config: Configuration) => void)[] = [enableNonRepudiationChecks];
  if (new URL(issuer).protocol === 'http:') extensions.push(allowInsecureRequests);
  if (metadata === undefined) {
    return discovery(new URL(issuer), clientId, undefined, authentication, { execute: extensions, timeout });
  }
  const config = new Configuration({ issuer, ...metadata }, clientId, undefined, authentication);
  for (const extend of extensions) extend(config);
  config.timeout = timeout;
  return config;
}

/** Basic unless the provider knows only the body: what OpenID Connect Discovery says of a provider that says nothing. */
async function authenticateBy(secret: string): Promise<ClientAuth> {
  const { ClientSecretBasic, ClientSecretPost } = await library();
  const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
  return (server, ...rest) => {
    const { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] } = server;
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

async function exchange(
  config: Configuration,
  { code, state, nonce, codeVerifier, redirectUri, issuer }: AuthorizationAnswer,
): Promise<{ readonly claims: Claims; readonly granted: Granted }> {
  const { authorizationCodeGrant, fetchUserInfo } = await library();
  const callback = new URL(redirectUri);
  for (const [key, value] of Object.entries({ code, state, iss: issuer })) {
    if (value !== undefined) callback.searchParams.set(key, value);
  }
  const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true };
  const tokens = await authorizationCodeGrant(config, callback, checks);
  // `idTokenExpected`: without one the library has refused already.
  const idToken = tokens.claims() as IDToken;
  const granted = { accessToken: tokens.access_token, scope: (tokens.scope ?? '').split(' ') };
  if (config.serverMetadata().userinfo_endpoint === undefined) return { claims: idToken, granted };
  const userInfo: UserInfoResponse = await fetchUserInfo(config, tokens.access_token, idToken.sub);
  // What says who somebody is comes from the signed token alone.
  return { claims: { ...idToken, ...userInfo, iss: idToken.iss, sub: idToken.sub }, granted };
}

function readPerson(
  claims: Claims,
  { issuer, phoneVerifiedClaim = 'phone_number_verified' }: OidcOptions,
): SocialPerson {
  const { sub, email, email_verified: emailVerified, phone_number: phone } = claims;
  return {
    issuer,
    subject: String(sub),
    // Booleans only: "false" is a text that is true.
    ...(typeof email === 'string' ? { email: { address: email, verified: emailVerified === true } } : {}),
    ...(typeof phone === 'string' ? { phone: { number: phone, verified: claims[phoneVerifiedClaim] === true } } : {}),
  };
}

/** What the provider says of our own client: somebody must correct the configuration, the person did nothing wrong. */
const ourFault = new Set(['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope']);
/** What the library calls an answer that is no answer. */
const noAnswer = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);

function outcomeOf(error: unknown, { ResponseBodyError, ClientError }: Library): IdentificationOutcome {
  const detail = describe(error);
  if (error instanceof ResponseBodyError) {
    const unavailable = error.status >= 500 || error.status === 429 || ourFault.has(error.error);
    return { outcome: unavailable ? 'unavailable' : 'refused', detail };
  }
  // Everything else the library has a name for is an answer that does not belong to the question.
  const refused = error instanceof ClientError && error.code !== undefined && !noAnswer.has(error.code);
  return { outcome: refused ? 'refused' : 'unavailable', detail };
}

/** Names what went wrong without repeating what came: error codes, never descriptions, which may quote a code or a token. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { error: oauth, code, cause } = error as Error & { error?: unknown; code?: unknown };
  const known = [oauth, code, (cause as { code?: unknown } | undefined)?.code].filter(
    (part) => typeof part === 'string',
  );
  return known.length === 0 ? error.name : [...new Set(known)].join(': ');
}
