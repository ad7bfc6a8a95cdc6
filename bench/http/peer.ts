/** What the benchmark and its servers, each in a process of its own, say to each other. */
export type FromPeer =
  | {
      readonly url: string;
      /** An access token, where the server demands one. */
      readonly token?: string;
    }
  | {
      /** User and system time of each process since its start; behind a primary, the primary is the first. */
      readonly cpuMicroseconds: readonly number[];
    };

/** Announces the server to the benchmark, and from then on answers each message with the CPU time used so far. */
export function announce(url: string, token?: string): void {
  process.on('message', () => tell({ cpuMicroseconds: [ownCpu()] }));
  process.on('disconnect', () => process.exit());
  tell(token === undefined ? { url } : { url, token });
}

/** Says something to whoever started this process. */
export function tell(message: FromPeer): void {
  process.send?.(message);
}

/** @returns microseconds of user and system time of this process. */
export function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
