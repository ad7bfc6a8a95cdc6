/** What the benchmark and its servers, each in a process of its own, say to each other. */
export type FromPeer = { readonly url: string } | { readonly cpuMicroseconds: number };

/** Announces the server to the benchmark, and from then on answers each message with the CPU time used so far. */
export function announce(url: string): void {
  const say = (message: FromPeer): void => void process.send?.(message);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    say({ cpuMicroseconds: user + system });
  });
  process.on('disconnect', () => process.exit());
  say({ url });
}
