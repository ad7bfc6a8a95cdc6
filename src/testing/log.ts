import { EventEmitter, once } from 'node:events';
import { createLogger } from '../telemetry/logs.ts';
import type { Logger } from '../telemetry/logs.ts';

/** A real logger whose lines a test can read. */
export interface TestLog {
  readonly log: Logger;
  /** Every line so far, parsed. */
  readonly lines: Record<string, unknown>[];
  /** Resolves with the first line that speaks of this request, once it is written. */
  logged(requestId: string): Promise<Record<string, unknown>>;
}

export function createTestLog(): TestLog {
  const lines: Record<string, unknown>[] = [];
  const written = new EventEmitter();
  written.setMaxListeners(0);
  const log = createLogger({
    level: 'debug',
    destination: {
      write: (line: string) => {
        lines.push(JSON.parse(line) as Record<string, unknown>);
        written.emit('line');
      },
    },
  });
  return {
    log,
    lines,
    async logged(requestId) {
      for (;;) {
        const line = lines.find((candidate) => candidate['requestId'] === requestId);
        if (line !== undefined) return line;
        await once(written, 'line');
      }
    },
  };
}
