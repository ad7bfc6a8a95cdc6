/** Calls under way, of which only so many may be at once. */
export interface Flight<Answer> {
  /**
   * Waits until at least `wanted` more calls may start.
   *
   * @returns how many may
   */
  room(wanted: number): Promise<number>;
  /** Counts a call that has begun; its answer is recorded together with others that come meanwhile. */
  add(call: Promise<Answer>): void;
  /** Resolves when every call has come back and is recorded. */
  landed(): Promise<void>;
  readonly empty: boolean;
}

/**
 * A sliding window over calls: a slow one holds one place, not the batch it was sent with. Answers are recorded while
 * others are under way; those that come while a record is being written wait for the next one, which takes them all.
 *
 * @param limit calls at once; also, twice as many answers may wait for their record before calls wait for that
 * @param record writes answers; once it fails, `room` and `landed` fail the same way and nothing more is recorded
 */
export function createFlight<Answer>(
  limit: number,
  record: (answers: readonly Answer[]) => Promise<void>,
): Flight<Answer> {
  let flying = 0;
  let unrecorded = 0;
  let recording = false;
  const answers: Answer[] = [];
  let failure: { readonly error: unknown } | undefined;
  let change = Promise.withResolvers<undefined>();

  function changed(): void {
    change.resolve(undefined);
    change = Promise.withResolvers();
  }

  async function recordAll(): Promise<void> {
    recording = true;
    // Answers of one turn of the event loop belong together.
    await new Promise(setImmediate);
    try {
      while (answers.length > 0) {
        const batch = answers.splice(0, limit);
        await record(batch);
        unrecorded -= batch.length;
        changed();
      }
    } catch (error) {
      failure ??= { error };
      changed();
    } finally {
      recording = false;
    }
  }

  async function until(reached: () => boolean): Promise<void> {
    for (;;) {
      if (failure !== undefined) throw failure.error;
      if (reached()) return;
      await change.promise;
    }
  }

  const free = (): number => Math.min(limit - flying, 3 * limit - flying - unrecorded);

  return {
    async room(wanted) {
      await until(() => free() >= Math.min(wanted, limit));
      return free();
    },
    add(call) {
      flying += 1;
      call.then(
        (answer) => {
          flying -= 1;
          unrecorded += 1;
          answers.push(answer);
          changed();
          if (!recording && failure === undefined) void recordAll();
        },
        (error: unknown) => {
          failure ??= { error };
          changed();
        },
      );
    },
    landed: () => until(() => flying + unrecorded === 0),
    get empty() {
      return flying + unrecorded === 0 && failure === undefined;
    },
  };
}
