/** Portico with one defect: a server that passes everything on to the real one, except what the defect spoils. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { connect, createServer as createSocketServer } from 'node:net';
import type { AddressInfo, Server as SocketServer, Socket } from 'node:net';

import type { OpenFront } from '../front/opener.ts';
import { bytes, createTarget } from '../front/wire.ts';
import type { Answer, Defect, Forward, Message, SpoilBytes } from './defect.ts';

/** @param defect null: nothing is wrong, which shows that what is caught is caught for the defect. */
export async function openDefectiveFront(
  target: string,
  defect: Pick<Defect, 'spoil' | 'spoilBytes'> | null,
): Promise<OpenFront> {
  const http = createHttpFront(target, defect?.spoil ?? ((request, forward) => forward(request)));
  const sockets = createSocketFront(Number(new URL(target).port), defect?.spoilBytes ?? {});
  const [httpPort, port] = await Promise.all([listen(http.server), listen(sockets.server)]);
  return {
    url: `http://127.0.0.1:${httpPort}`,
    port,
    close: async () => {
      http.close();
      sockets.close();
    },
  };
}

function createHttpFront(target: string, spoil: NonNullable<Defect['spoil']>): { server: Server; close: () => void } {
  const portico = createTarget(target);
  const server = createServer({ maxHeaderSize: 65_536 }, (incoming, response) => {
    const left = new AbortController();
    response.once('close', () => left.abort());
    const forward: Forward = async ({ method, url, headers, body }) => {
      const upstream = await portico.send({ method, url, headers: Object.entries(headers).flat(), body }, left.signal);
      return { status: upstream.statusCode ?? 500, headers: headersOf(upstream), body: await bytes(upstream) };
    };
    const answer = async (): Promise<Answer> => {
      const body = await bytes(incoming);
      const headers = { ...headersOf(incoming), ...(body.length === 0 ? {} : { 'content-length': `${body.length}` }) };
      const request: Message = { method: incoming.method ?? '', url: incoming.url ?? '', headers, body };
      return spoil(request, forward);
    };
    answer().then(
      ({ status, headers, body }) => response.writeHead(status, { ...headers }).end(body),
      (error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
  return {
    server,
    close: () => {
      server.close();
      server.closeAllConnections();
      portico.close();
    },
  };
}

/** Passes bytes on, and what comes back. */
function createSocketFront(port: number, spoil: SpoilBytes): { server: SocketServer; close: () => void } {
  const open = new Set<Socket>();
  const close = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  const server = createSocketServer((client) => {
    const portico = connect(port, '127.0.0.1');
    let request = Buffer.alloc(0);
    for (const [one, other] of [
      [client, portico],
      [portico, client],
    ] as const) {
      open.add(one);
      // A reset is one way to end.
      one.on('error', () => other.destroy());
      one.on('end', () => other.end());
      one.on('close', () => open.delete(one));
    }
    client.on('data', (chunk: Buffer) => {
      request = Buffer.concat([request, chunk]);
      const spoiled = spoil.request === undefined ? chunk : spoil.request(chunk);
      if (spoiled === null) close();
      else portico.write(spoiled);
    });
    portico.on('data', (chunk: Buffer) => void client.write(spoil.answer?.(chunk, request) ?? chunk));
  });
  return { server, close };
}

async function listen(server: Server | SocketServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => !/^(connection|keep-alive|transfer-encoding)$/.test(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
