/** How a drain hears of those who came to the gate while it was inside. */
export interface Knocks {
  /** Begins a look at what is due: whoever knocked before is served by it. */
  look(): void;
  /** Resolves when somebody knocks, at once if somebody did since the last look. */
  next(): Promise<undefined>;
}

/** Lets one drain of a lane run in this process. */
export type SendGate = (drain: (knocks: Knocks) => Promise<void>) => Promise<void>;

/**
 * A drain that finds another one inside knocks and returns at once; the one inside looks again before it leaves, so nothing
 * that was committed before the knock is overlooked. However many jobs ask for the same lane, they occupy one worker.
 */
export function createSendGate(): SendGate {
  let occupied = false;
  let knocked = false;
  let knock = Promise.withResolvers<undefined>();
  const knocks: Knocks = {
    look() {
      if (knocked) knock = Promise.withResolvers();
      knocked = false;
    },
    next: () => knock.promise,
  };
  return async (drain) => {
    if (occupied) {
      knocked = true;
      knock.resolve(undefined);
      return;
    }
    occupied = true;
    try {
      do {
        knocks.look();
        await drain(knocks);
      } while (knocked);
    } finally {
      occupied = false;
    }
  };
}
