import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Trouble } from '../message-sender.suite.ts';

/** What the simulated vendor got, read once. */
export interface SimulatedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What it answers; the text is JSON. */
export interface SimulatedAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Trouble of the wire beside what a vendor says in its own words. */
export type WireTrouble =
  | Trouble
  /** HTML from a broken front, under this status. */
  | 'http-500'
  | 'http-503'
  /** 429 that asks for 300 seconds. */
  | 'too-fast'
  /** Does what it is asked, and answers when `release` is called. */
  | 'hold';

export interface HttpSimulator {
  readonly url: string;
  trouble: WireTrouble;
  /** Requests so far, those whose answer was lost included. */
  readonly requests: readonly SimulatedRequest[];
  /** Gives the answers that were held back. */
  release(): void;
  close(): Promise<void>;
}

/**
 * A vendor's HTTP API on this machine.
 *
 * @param answer what the vendor does when it is well, and for `reject` and `fail` says in its own words; a thrown error is a
 * breach of its protocol: it is kept and rethrown by `close`
 * @param spared requests whose answers are never lost: those that come before the sending itself
 */
export async function startHttpSimulator(
  answer: (request: SimulatedRequest, trouble: WireTrouble) => SimulatedAnswer,
  spared: (request: SimulatedRequest) => boolean = () => false,
): Promise<HttpSimulator> {
  const requests: SimulatedRequest[] = [];
  const breaches: unknown[] = [];
  const held: (() => void)[] = [];
  let trouble: WireTrouble = 'none';

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = req;
    const request = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
    requests.push(request);
    if (trouble === 'fall-silent' && !spared(request)) return;
    if (trouble === 'http-500' || trouble === 'http-503') {
      res.writeHead(Number(trouble.slice(5)), { 'content-type': 'text/html' }).end('<h1>Sorry</h1>');
      return;
    }
    const { status, body, headers: own = {} } = answer(request, trouble);
    if (trouble === 'lose-answer' && !spared(request)) {
      res.destroy();
      return;
    }
    const give = (): void =>
      void res.writeHead(status, { 'content-type': 'application/json', ...own }).end(JSON.stringify(body));
    if (trouble === 'hold' && !spared(request)) held.push(give);
    else give();
  }

  const server = createServer((req, res) => {
    serve(req, res).catch((error: unknown) => {
      breaches.push(error);
      res.writeHead(599).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    release: () => {
      for (const give of held.splice(0)) give();
    },
    get trouble() {
      return trouble;
    },
    set trouble(next) {
      trouble = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (breaches.length > 0) throw new AggregateError(breaches, 'The adapter broke the vendor’s protocol.');
    },
  };
}

/** The fields of a form; a name that the vendor does not know, or one that is missing, breaks its protocol. */
export function readForm(
  { headers, body }: SimulatedRequest,
  fields: { readonly required: readonly string[]; readonly optional?: readonly string[] },
): Readonly<Record<string, string>> {
  if (headers['content-type'] !== 'application/x-www-form-urlencoded') throw new Error('not a form');
  const form = Object.fromEntries(new URLSearchParams(body));
  const missing = fields.required.filter((name) => !(name in form));
  const known = new Set([...fields.required, ...(fields.optional ?? [])]);
  const strange = Object.keys(form).filter((name) => !known.has(name));
  if (missing.length > 0 || strange.length > 0) throw new Error(`missing ${missing.join()}, unknown ${strange.join()}`);
  return form;
}
