import type { ErrorReport, ErrorTracker, SandboxErrors } from '../../src/ports/error-tracker.ts';

/** Reports that may wait for the store. */
const WAITING = 100;

/** A tracker without a vendor: the latest reports are kept where people can read them over the API. */
export function createSandboxErrorTracker(store: SandboxErrors): ErrorTracker {
  const waiting: ErrorReport[] = [];
  let closed = false;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    // Errors of one turn of the event loop are stored together.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const batch = waiting.splice(0);
      // Reports of a database that is away cannot be stored in it; the log has them.
      await store.keep(batch).catch(() => undefined);
    }
    writing = undefined;
  }

  return {
    name: 'sandbox',
    report(report) {
      if (closed || waiting.length >= WAITING) return;
      waiting.push(report);
      writing ??= write();
    },
    async close(milliseconds) {
      closed = true;
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
      await Promise.race([writing, limit]);
      clearTimeout(timer);
    },
  };
}
