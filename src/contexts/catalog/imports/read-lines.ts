import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { LONGEST_LINE, MOST_LINES } from './product-import.ts';

export interface TextLine {
  /** From 1, blank lines counted. */
  readonly line: number;
  readonly text: string;
}

/**
 * The lines of a file as it arrives, without blank ones; holds one line at a time.
 *
 * @throws Problem 409 `file-not-text` when it is not UTF-8, `file-too-long` beyond 100,000 lines or for a line beyond a MiB
 */
export async function* readLines(file: AsyncIterable<Uint8Array>): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let line = 0;
  let filled = 0;

  function* take(pieces: readonly string[]): Generator<TextLine> {
    for (const piece of pieces) {
      line += 1;
      const text = piece.endsWith('\r') ? piece.slice(0, -1) : piece;
      if (text.trim() === '') continue;
      filled += 1;
      if (filled > MOST_LINES) throw tooLong(`The file has more than ${MOST_LINES} lines.`);
      yield { line, text };
    }
  }

  for await (const bytes of file) {
    const pieces = (rest + decode(() => decoder.decode(bytes, { stream: true }))).split('\n');
    rest = pieces.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw tooLong(`Line ${line + pieces.length + 1} is longer than a MiB.`);
    yield* take(pieces);
  }
  yield* take([rest + decode(() => decoder.decode())]);
}

function decode(read: () => string): string {
  try {
    const text = read();
    if (!text.includes('\0')) return text;
  } catch (error) {
    if (!Error.isError(error) || !('code' in error) || error.code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
  }
  throw new Problem(problems['file-not-text'], { detail: 'The file is not UTF-8 text.' });
}

function tooLong(detail: string): Problem {
  return new Problem(problems['file-too-long'], { detail });
}
