/** Which jobs the workers of this process hold right now. */
export interface BusyJobs {
  begin(id: string): void;
  end(id: string): void;
  /** Those that run, and those that ended so recently that the queue may not have heard of it yet. */
  ids(): string[];
}

/** Milliseconds that the queue gets to write down how a job ended. */
const settling = 60_000;

export function createBusyJobs(): BusyJobs {
  const ended = new Map<string, number>();
  return {
    begin: (id) => void ended.set(id, Infinity),
    end: (id) => void ended.set(id, performance.now()),
    ids() {
      const horizon = performance.now() - settling;
      for (const [id, at] of ended) if (at < horizon) ended.delete(id);
      return [...ended.keys()];
    },
  };
}
