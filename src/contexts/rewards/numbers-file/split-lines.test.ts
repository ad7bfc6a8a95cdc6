import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLineSplitter, LONGEST_LINE } from './split-lines.ts';

describe('createLineSplitter', () => {
  it('gives the same lines however the bytes are cut', () => {
    const text = fc
      .array(fc.constantFrom('a', '۹', '😀', '"', ' ', '\r\n', '\n', '\r', '\n\n'), { maxLength: 60 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 10 }), (whole, cuts) => {
        const lines = whole.split(/\r\n|\n|\r/);
        if (lines.at(-1) === '') lines.pop();
        expect(linesOf(pieces(Buffer.from(whole), cuts))).toEqual(lines);
      }),
      { numRuns: 2_000 },
    );
  });

  it('drops a byte-order mark', () => {
    expect(linesOf([Buffer.from('\ufeffphone\n0912')])).toEqual(['phone', '0912']);
  });

  it('replaces what is not UTF-8 and goes on', () => {
    expect(linesOf([Buffer.from([0x41, 0xff, 0x0a, 0x42])])).toEqual(['A\ufffd', 'B']);
  });

  it('keeps no more of an endless line than shows that it is too long', () => {
    const splitter = createLineSplitter();
    for (let megabytes = 0; megabytes < 64; megabytes += 1) {
      expect(splitter.push(Buffer.alloc(1_048_576, 'x'))).toEqual([]);
    }
    const [long, next] = [...splitter.push(Buffer.from('y\nz')), ...splitter.end()];
    expect(long).toBe('x'.repeat(LONGEST_LINE + 1));
    expect(next).toBe('z');
  });
});

function linesOf(parts: readonly Uint8Array[]): string[] {
  const splitter = createLineSplitter();
  return [...parts.flatMap((part) => splitter.push(part)), ...splitter.end()];
}

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}
