import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export type Claims = Readonly<Record<string, string | boolean | undefined>>;

export interface OidcServer {
  readonly issuer: string;
  /** Claims by subject: who may log in, named by `login_hint`. */
  readonly people: Map<string, Claims>;
  /** Goes there as a browser does and logs in. @returns the address one is sent back to */
  browse(url: string): Promise<URL>;
  close(): Promise<void>;
}

export const CLIENT = { id: 'portico', secret: 'a-client-secret-nobody-knows' } as const;

/** A real provider of OpenID Connect (oidc-provider) on this machine; whoever comes logs in at once. */
export async function startOidcServer(redirectUri: string): Promise<OidcServer> {
  const people: OidcServer['people'] = new Map();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider: Provider = new Provider(issuer, {
    clients: [
      { client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri], response_types: ['code'] },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], phone: ['phone_number', 'phone_number_verified'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
    findAccount: (_ctx, subject) => ({ accountId: subject, claims: () => ({ sub: subject, ...people.get(subject) }) }),
    // The person agrees to everything.
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
      grant.addOIDCScope('openid email phone');
      await grant.save();
      return grant;
    },
  });
  const serve = provider.callback();
  server.on('request', (req, res) => {
    if (req.url?.startsWith('/interaction/') !== true) return void serve(req, res);
    // No page: who it is stands in the hint.
    void provider
      .interactionDetails(req, res)
      .then(({ params }) =>
        provider.interactionFinished(req, res, { login: { accountId: String(params['login_hint']) } }),
      );
  });

  return {
    issuer,
    people,
    async browse(start) {
      const cookies = new Map<string, string>();
      for (let url = start; ;) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
        for (const line of response.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          cookies.set(name, value);
        }
        const location = response.headers.get('location');
        if (location === null) throw new Error(`${response.status} at ${url}: ${await response.text()}`);
        url = new URL(location, url).href;
        if (url.startsWith(redirectUri)) return new URL(url);
      }
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
