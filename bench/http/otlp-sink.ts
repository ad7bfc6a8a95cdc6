import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A collector that takes every trace and keeps none. */
export interface Sink {
  readonly url: string;
  /** Exports so far. */
  received(): number;
  close(): Promise<void>;
}

export async function createSink(): Promise<Sink> {
  let received = 0;
  const server = createServer((req, res) => {
    req.resume().on('end', () => {
      received += 1;
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => received,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
