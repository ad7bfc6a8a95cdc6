/** What the benchmark and its servers, each in a process of its own, say to each other. */
import type { AddressInfo, Server } from 'node:net';

export type FromPeer = { readonly port: number } | { readonly cpuMicroseconds: number };

/** Announces the server to the benchmark, and from then on answers each message with the CPU time used so far. */
export function announce(server: Server): void {
  const say = (message: FromPeer): void => void process.send?.(message);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    say({ cpuMicroseconds: user + system });
  });
  process.on('disconnect', () => process.exit());
  say({ port: (server.address() as AddressInfo).port });
}
