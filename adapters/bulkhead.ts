export interface Bulkhead {
  /**
   * Waits for one of the places. Gives the function that frees it again, or undefined when too many wait already or the
   * signal aborts first.
   */
  enter(signal: AbortSignal): Promise<(() => void) | undefined>;
  /** Places that are free now. */
  readonly free: number;
}

/**
 * Bounds how many calls to one dependency run at once, so that a slow one cannot hold everything that waits for it.
 *
 * @param places calls at once
 * @param queue calls that may wait for a place; beyond that they are refused at once
 */
export function createBulkhead(places: number, queue: number): Bulkhead {
  let free = places;
  const waiting = new Set<() => void>();

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  }

  /** A place is given back once, however often its holder says so. */
  function place(): () => void {
    let held = true;
    return () => {
      if (held) leave();
      held = false;
    };
  }

  return {
    enter(signal) {
      if (signal.aborted) return Promise.resolve(undefined);
      if (free > 0) {
        free -= 1;
        return Promise.resolve(place());
      }
      if (waiting.size >= queue) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const take = (): void => {
          waiting.delete(take);
          signal.removeEventListener('abort', giveUp);
          resolve(place());
        };
        const giveUp = (): void => {
          waiting.delete(take);
          resolve(undefined);
        };
        waiting.add(take);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
    get free() {
      return free;
    },
  };
}
