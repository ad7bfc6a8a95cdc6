/** An SMS vendor on this machine: takes one message per POST and answers 20 ms later with its id. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const LATENCY_MILLISECONDS = 20;

let taken = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    setTimeout(() => {
      taken += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`{"id":"message-${taken}"}`);
    }, LATENCY_MILLISECONDS);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages` });
});
process.on('disconnect', () => process.exit());
