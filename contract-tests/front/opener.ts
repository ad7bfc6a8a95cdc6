/** Opens a server of ours in front of each Portico that a test starts; see src/testing/front.ts for the other side. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { OpenedFront, Opening } from '../../src/testing/front.ts';
import { bytes } from './wire.ts';

export interface OpenFront {
  readonly url: string;
  readonly port: number;
  /** @param served ids of the requests that Portico has seen. */
  close(served: readonly string[]): Promise<void>;
}

export interface Opener {
  /** For the environment variable `PORTICO_TEST_FRONT`. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startOpener(open: (opening: Opening) => Promise<OpenFront>): Promise<Opener> {
  const fronts = new Map<string, OpenFront>();
  let opened = 0;

  const answer = async (method: string, path: string, body: unknown): Promise<OpenedFront | undefined> => {
    if (method === 'POST') {
      const front = await open(body as Opening);
      const id = String((opened += 1));
      fronts.set(id, front);
      return { id, url: front.url, port: front.port };
    }
    const id = path.slice(1);
    await fronts.get(id)?.close(body as readonly string[]);
    fronts.delete(id);
    return undefined;
  };

  const server = createServer((request, response) => {
    bytes(request)
      .then((body) => answer(request.method ?? '', request.url ?? '', JSON.parse(body.toString())))
      .then(
        (result) => response.end(result === undefined ? '' : JSON.stringify(result)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      // Of test files that ended without closing theirs.
      await Promise.all([...fronts.values()].map((front) => front.close([])));
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
