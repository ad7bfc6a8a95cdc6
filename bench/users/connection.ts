import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly etag: string | undefined;
  readonly milliseconds: number;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One keep-alive connection of one caller, as a browser or an app holds it. */
export interface Connection {
  /** Sends a call and reads its whole answer. @throws Error when the connection breaks */
  send(call: Call): Promise<Answer>;
  close(): void;
}

export function openConnection(base: string): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    send: ({ method, path, body, headers }) =>
      new Promise((resolve, reject) => {
        const began = performance.now();
        const text = body === undefined ? undefined : JSON.stringify(body);
        const outgoing = request(
          `${base}/api/v1${path}`,
          {
            agent,
            method,
            headers: {
              ...headers,
              ...(text === undefined
                ? {}
                : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
            },
          },
          (incoming) => {
            const pieces: Buffer[] = [];
            incoming.on('data', (piece: Buffer) => pieces.push(piece));
            incoming.on('error', reject);
            incoming.on('end', () => {
              const milliseconds = performance.now() - began;
              const read = Buffer.concat(pieces).toString();
              resolve({
                status: incoming.statusCode ?? 0,
                body: read === '' ? undefined : (JSON.parse(read) as unknown),
                etag: incoming.headers.etag,
                milliseconds,
              });
            });
          },
        );
        outgoing.on('error', reject);
        outgoing.end(text);
      }),
    close: () => agent.destroy(),
  };
}
