import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { localhostCertificate } from './localhost-certificate.ts';

/** One request as the server saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTPS server with one file, which answers as told. */
export interface FileServer {
  readonly origin: string;
  readonly requests: readonly SeenRequest[];
  /** How it answers from now on. */
  answer: Answer;
  close(): Promise<void>;
}

export async function startFileServer(answer: Answer): Promise<FileServer> {
  const requests: SeenRequest[] = [];
  const server = createServer(localhostCertificate, (request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers });
    files.answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const files: FileServer = {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return files;
}

/** Serves these bytes as a web server does: with an ETag, and 304 to whoever knows it. */
export function serving(bytes: Uint8Array, etag: string, modifiedAt?: Date): Answer {
  return (request, response) => {
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag }).end();
      return;
    }
    const modified = modifiedAt === undefined ? {} : { 'last-modified': modifiedAt.toUTCString() };
    response.writeHead(200, { 'content-length': bytes.length, etag, ...modified }).end(bytes);
  };
}
