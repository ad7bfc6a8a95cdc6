/** A way to PostgreSQL that can become slow, silent or closed. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Proxy {
  readonly port: number;
  /** Every piece of data, in both directions, arrives so many milliseconds late; Infinity is never. */
  delay: number;
  /** Cuts every connection; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const proxy = { delay: 0 };

  function forward(from: Socket, to: Socket): void {
    sockets.add(from);
    let before: Promise<unknown> = Promise.resolve();
    from.on('data', (data) => {
      before = before.then(async () => {
        if (proxy.delay === Number.POSITIVE_INFINITY) return;
        if (proxy.delay > 0) await pause(proxy.delay, undefined, { ref: false });
        if (!to.destroyed) to.write(data);
      });
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }

  const server = createServer((incoming) => {
    const outgoing = connect(target, '127.0.0.1');
    forward(incoming, outgoing);
    forward(outgoing, incoming);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return Object.assign(proxy, {
    port: (server.address() as AddressInfo).port,
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  });
}
