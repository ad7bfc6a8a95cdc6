import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a provider treats the requests to come. */
export type LoginTrouble = 'none' | 'fail' | 'not-json' | 'fall-silent' | 'refuse-connections' | 'wrong-client';

/** What a provider answers: a status and JSON. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** A request of our adapter. */
export interface Ask {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/** What the person agreed to, for which a code was given. */
export interface Grant {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly nonce: string | null;
  readonly scope: string;
  readonly subject: string;
  readonly accessToken: string;
}

/** One provider's wire: its endpoints, and what it sends people back with. */
export interface Wire {
  readonly authorizePath: string;
  /** Parameters beside `code` and `state`. */
  readonly comesBackWith: (origin: string) => Readonly<Record<string, string>>;
  /** Undefined: there is no such endpoint. */
  readonly answer: (ask: Ask, simulator: LoginSimulator) => Reply | undefined;
}

export interface LoginSimulator {
  readonly origin: string;
  trouble: LoginTrouble;
  /** Every body and address that was asked, for looking for what must not be in them. */
  readonly asked: readonly string[];
  /** Uses a code up, as RFC 6749 and RFC 7636 demand; null when it is not good. */
  redeem(form: URLSearchParams): Grant | null;
  grantOf(accessToken: string | undefined): Grant | undefined;
  close(): Promise<void>;
}

/** Who logs in at every simulator. */
export const SUBJECT = '1122334455';
export const CLIENT_ID = '7000001';
export const CLIENT_SECRET = 'a-client-secret-nobody-knows';

/** Speaks a provider's protocol over real HTTP. The person agrees at once: whoever is sent to it comes back with a code. */
export async function startLoginSimulator(wire: Wire): Promise<LoginSimulator> {
  const codes = new Map<string, Grant & { readonly challenge: string }>();
  const tokens = new Map<string, Grant>();
  const asked: string[] = [];
  let trouble: LoginTrouble = 'none';

  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const url = new URL(req.url ?? '/', simulator.origin);
      if (url.pathname === wire.authorizePath) {
        res.writeHead(302, { location: authorize(url.searchParams) }).end();
        return;
      }
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      asked.push(`${url.href} ${form.toString()}`);
      if (trouble === 'refuse-connections') return void req.socket.destroy();
      if (trouble === 'fall-silent') return;
      if (trouble === 'not-json')
        return void res.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
      const reply =
        trouble === 'fail'
          ? { status: 503, body: { error: 'server_error' } }
          : (wire.answer({ path: url.pathname, query: url.searchParams, form, headers: req.headers }, simulator) ?? {
              status: 404,
              body: {},
            });
      res.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  function authorize(query: URLSearchParams): string {
    const of = (name: string): string => query.get(name) ?? '';
    if (of('response_type') !== 'code' || of('code_challenge_method') !== 'S256') throw new Error('not our protocol');
    const code = randomBytes(16).toString('hex');
    codes.set(code, {
      ...{ clientId: of('client_id'), redirectUri: of('redirect_uri'), scope: of('scope'), nonce: query.get('nonce') },
      ...{ subject: SUBJECT, accessToken: randomBytes(16).toString('hex'), challenge: of('code_challenge') },
    });
    const back = new URL(of('redirect_uri'));
    const parameters = { code, state: of('state'), ...wire.comesBackWith(simulator.origin) };
    for (const [name, value] of Object.entries(parameters)) back.searchParams.set(name, value);
    return back.href;
  }

  const simulator: LoginSimulator = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get trouble() {
      return trouble;
    },
    set trouble(next) {
      trouble = next;
    },
    redeem(form) {
      const code = form.get('code') ?? '';
      const grant = codes.get(code);
      codes.delete(code);
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const good = grant?.redirectUri === form.get('redirect_uri') && grant.challenge === challenge;
      if (grant === undefined || !good) return null;
      tokens.set(grant.accessToken, grant);
      return grant;
    },
    grantOf: (accessToken) => tokens.get(accessToken ?? ''),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return simulator;
}

/** The client as HTTP Basic names it. */
export function basicClient({ headers }: Ask): { readonly id: string; readonly secret: string } {
  const [, encoded = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':').map(decodeURIComponent);
  return { id, secret };
}

export function bearer({ headers }: Ask): string | undefined {
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
}
