/** Lets a bounded number of drains of one lane run in this process. */
export type SendGate = (drain: () => Promise<void>) => Promise<void>;

/**
 * Makes a gate of that width. A drain that finds the gate full returns at once, but makes one of those inside look again
 * before it leaves: nothing that was committed before the call is overlooked. So however many jobs ask for the same lane,
 * they occupy at most `width` workers.
 */
export function createSendGate(width: number): SendGate {
  let inside = 0;
  let lookAgain = false;
  return async (drain) => {
    if (inside >= width) {
      lookAgain = true;
      return;
    }
    inside += 1;
    try {
      do {
        lookAgain = false;
        await drain();
      } while (lookAgain as boolean);
    } finally {
      inside -= 1;
    }
  };
}
