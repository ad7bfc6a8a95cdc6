/** Characters after which a line is no line of a list any more; {@link LineSplitter} cuts it here. */
export const LONGEST_LINE = 4_096;

/** Cuts bytes that come in pieces into physical lines. Keeps no more than one line in memory. */
export interface LineSplitter {
  /** The lines that these bytes complete, without their terminators. A longer line than LONGEST_LINE is cut just above it. */
  push(bytes: Uint8Array): string[];
  /** The last line, when the file does not end with a terminator. */
  end(): string[];
}

const TERMINATOR = /\r\n|\n|\r/;

/**
 * Lines end with LF, CRLF or CR, also inside quotes: one stray quote must not swallow the rest of a file. Bytes that are
 * not UTF-8 become U+FFFD, a byte-order mark at the start is dropped.
 */
export function createLineSplitter(): LineSplitter {
  const decoder = new TextDecoder();
  let unfinished = '';
  let endedWithReturn = false;

  function take(decoded: string): string[] {
    const text = endedWithReturn && decoded.startsWith('\n') ? decoded.slice(1) : decoded;
    if (decoded !== '') endedWithReturn = text.endsWith('\r');
    const lines = (unfinished + text).split(TERMINATOR);
    unfinished = cut(lines.pop() ?? '');
    return lines.map(cut);
  }

  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end() {
      const lines = take(decoder.decode());
      return unfinished === '' ? lines : [...lines, unfinished];
    },
  };
}

function cut(line: string): string {
  return line.length > LONGEST_LINE + 1 ? line.slice(0, LONGEST_LINE + 1) : line;
}
