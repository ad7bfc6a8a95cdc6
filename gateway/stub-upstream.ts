import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it reached the upstream. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface StubUpstream {
  readonly address: string;
  readonly received: Received[];
  close(): Promise<void>;
}

/** Stands in for a Portico process where a test needs one that misbehaves. It reads each request whole, then calls `answer`. */
export async function startStub(answer: (request: Received, response: ServerResponse) => void): Promise<StubUpstream> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const whole = { method, url, headers, body: Buffer.concat(chunks).toString() };
      received.push(whole);
      answer(whole, response);
    });
  });
  server.keepAliveTimeout = 65_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers 200 with what a Portico answer carries. */
export function ok(_: Received, response: ServerResponse): void {
  const headers = { 'Content-Type': 'application/json', 'X-Request-Id': '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90' };
  response.writeHead(200, headers).end('{}');
}

/** Takes the request and dies before it answers. */
export function die(_: Received, response: ServerResponse): void {
  response.socket?.destroy();
}
