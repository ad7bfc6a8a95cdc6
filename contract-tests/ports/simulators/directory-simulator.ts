import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a vendor of whom something is looked up may suffer from. */
export type DirectoryTrouble = 'none' | 'fail' | 'fall-silent' | 'not-json' | 'other-form' | 'refuse-key';

/** What the simulated vendor says; a text goes out as it is. */
export interface DirectoryReply {
  readonly status: number;
  readonly body: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One vendor's wire protocol. */
export interface DirectoryWire {
  /** What it answers when it is well. Throws for what the vendor's API does not have: a breach of its protocol. */
  readonly answer: (url: URL) => DirectoryReply;
  /** How it refuses the key, or whoever calls. */
  readonly refusal: DirectoryReply;
}

export interface DirectorySimulator {
  readonly url: string;
  trouble: DirectoryTrouble;
  /** Said instead of everything, once set. */
  saying: DirectoryReply | undefined;
  /** Questions so far. */
  readonly asked: readonly URL[];
  close(): Promise<void>;
}

/** A vendor of whom something is looked up, on this machine. Questions it cannot have understood are rethrown by `close`. */
export async function startDirectorySimulator(wire: DirectoryWire): Promise<DirectorySimulator> {
  const asked: URL[] = [];
  const breaches: unknown[] = [];
  const simulator = { trouble: 'none' as DirectoryTrouble, saying: undefined as DirectoryReply | undefined };
  const said: Partial<Record<DirectoryTrouble, DirectoryReply>> = {
    fail: { status: 500, body: '<h1>Sorry</h1>' },
    'not-json': { status: 200, body: '<h1>Welcome</h1>' },
    'other-form': { status: 200, body: { hello: 'world', status: 'OK', rates: [], results: [{ geometry: [] }] } },
    'refuse-key': wire.refusal,
  };
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '', 'http://vendor');
    asked.push(url);
    if (simulator.trouble === 'fall-silent') return;
    try {
      if (req.method !== 'GET') throw new Error(`no such method: ${req.method}`);
      const { status, body, headers } = simulator.saying ?? said[simulator.trouble] ?? wire.answer(url);
      res.writeHead(status, { 'content-type': 'application/json', ...headers });
      res.end(typeof body === 'string' ? body : JSON.stringify(body));
    } catch (error) {
      breaches.push(error);
      res.writeHead(599).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(simulator, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (breaches.length > 0) throw new AggregateError(breaches, 'The adapter broke the vendor’s protocol.');
    },
  });
}
