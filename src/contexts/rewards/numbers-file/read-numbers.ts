import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Region } from '../../../shared/phone.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { createLineJudge } from './judge-lines.ts';
import type { LinesSummary, NumberLine } from './judge-lines.ts';
import { createNumberPile } from './number-pile.ts';
import type { NumberChunk } from './number-pile.ts';
import { createLineSplitter } from './split-lines.ts';

/** What a file was, known when its last line has been read. */
export interface NumbersSummary extends LinesSummary {
  readonly sha256: Buffer;
  readonly bytes: number;
  /** All its numbers. */
  readonly chunks: readonly NumberChunk[];
}

const BATCH_LINES = 128;
/** No turn of the event loop is longer than about this, however large the file; a request beside it waits for several. */
const SLICE_MILLISECONDS = 1;
/** As long again belongs to others: a process that only gives the event loop back still keeps its core from PostgreSQL. */
const PAUSE_MILLISECONDS = 1;

/**
 * Reads a file of phone numbers while it arrives: yields batches of judged lines, returns what the file was. Holds a few
 * hundred lines at a time and eight bytes a number, and gives the event loop back every few milliseconds.
 *
 * @throws Problem 409 `import-not-text` at the first NUL byte, `import-too-long` at line 1,000,001; whatever `body` throws
 */
export async function* readNumbers(
  body: AsyncIterable<Uint8Array>,
  region: Region,
): AsyncGenerator<NumberLine[], NumbersSummary> {
  const splitter = createLineSplitter();
  const judge = createLineJudge(region);
  const pile = createNumberPile();
  const hash = createHash('sha256');
  let bytes = 0;
  let sliceBegan = performance.now();

  async function* inSlices(lines: readonly string[]): AsyncGenerator<NumberLine[]> {
    for (let start = 0; start < lines.length; start += BATCH_LINES) {
      yield piled(judge.judge(lines.slice(start, start + BATCH_LINES)));
      if (performance.now() - sliceBegan < SLICE_MILLISECONDS) continue;
      await pause(PAUSE_MILLISECONDS);
      sliceBegan = performance.now();
    }
  }

  function piled(judged: NumberLine[]): NumberLine[] {
    for (const line of judged) if ('phone' in line) pile.add(line.phone);
    return judged;
  }

  for await (const piece of body) {
    refuseBinary(piece);
    hash.update(piece);
    bytes += piece.length;
    yield* inSlices(splitter.push(piece));
  }
  yield* inSlices(splitter.end());
  yield piled(judge.end());
  return { ...judge.summary(), sha256: hash.digest(), bytes, chunks: await pile.chunks() };
}

function refuseBinary(bytes: Uint8Array): void {
  if (!bytes.includes(0)) return;
  throw new Problem(problems['import-not-text'], {
    detail: 'The file is not UTF-8 text. Export the sheet as CSV (UTF-8) and send that.',
  });
}
