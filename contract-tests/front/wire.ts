/** What every server between a test client and Portico does: read a message whole, pass it on as it came. */
import { Agent, request as openRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';

/** A request as it is passed on. */
export interface PassedRequest {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly url: string;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** One Portico, to which requests are passed. */
export interface Target {
  /** Resolves with the head of the answer. Once `signal` aborts, as when the client has left, Portico is left as well. */
  send(request: PassedRequest, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

export function createTarget(url: string): Target {
  const agent = new Agent({ keepAlive: true });
  return {
    send: ({ method, url: path, headers, body }, signal) =>
      new Promise((resolve, reject) => {
        const upstream = openRequest(
          new URL(url),
          { agent, method, path, headers: [...headers], setHost: false, signal },
          resolve,
        );
        upstream.on('error', reject);
        upstream.end(body);
      }),
    close: () => agent.destroy(),
  };
}

export async function bytes(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Names and values by turns, as they came, without those that belong to one connection. */
export function passedHeaders({ rawHeaders }: IncomingMessage): string[] {
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name, value] = rawHeaders.slice(index, index + 2);
    if (name !== undefined && value !== undefined && !/^(connection|keep-alive|transfer-encoding)$/i.test(name)) {
      headers.push(name, value);
    }
  }
  return headers;
}
