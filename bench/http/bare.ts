/** The floor: node:http, JSON.parse and JSON.stringify, nothing validated. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { announce } from './peer.ts';
import { place } from './shape.ts';
import type { Order } from './shape.ts';

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const id = (request.url ?? '').split('/')[2] ?? '';
    const body = JSON.stringify(place(id, JSON.parse(Buffer.concat(chunks).toString()) as Order));
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
