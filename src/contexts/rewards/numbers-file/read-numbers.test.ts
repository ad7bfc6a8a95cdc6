import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../../../shared/problem.ts';
import type { NumberLine } from './judge-lines.ts';
import { readNumbers } from './read-numbers.ts';
import type { NumbersSummary } from './read-numbers.ts';

interface Reading {
  readonly lines: readonly NumberLine[];
  readonly summary: NumbersSummary;
}

describe('readNumbers', () => {
  it('reads one number a line', async () => {
    const { lines, summary } = await read('09121234567\n+98 912 123 45 68\n');
    expect(lines).toEqual([
      { line: 1, phone: '+989121234567' },
      { line: 2, phone: '+989121234568' },
    ]);
    expect(summary).toMatchObject({
      lines: 2,
      blankLines: 0,
      malformed: 0,
      hasHeader: false,
      phoneColumn: 1,
      bytes: 30,
    });
    expect(summary.chunks).toMatchObject([{ lines: 2 }]);
  });

  it('keeps the line numbers of an editor', async () => {
    const { lines, summary } = await read('\ufeffphone\r\n\r\n09121234567\r\n  \r\nSara\r\n;;\r\n');
    expect(lines).toEqual([
      { line: 3, phone: '+989121234567' },
      { line: 5, raw: 'Sara', reason: 'not-a-number' },
    ]);
    expect(summary).toMatchObject({ lines: 2, blankLines: 3, malformed: 1, hasHeader: true });
  });

  it.each([
    ['semicolons', 'id;mobile;city\n1;09121234567;"Tehran; east"\n', 2],
    ['tabs', '1\tSara\t09121234567\n', 3],
    ['bars', 'x|09121234567\n', 2],
    ['an order number beside the number', 'Order number,Mobile\n1001,09121234567\n', 2],
    ['a referrer behind the number', 'mobile,referrer\n09121234567,09129999999\n', 1],
    ['no header and two columns of numbers', '09121234567,09129999999\n', 1],
    ['a Persian header', 'نام,شماره همراه\nسارا,۰۹۱۲۱۲۳۴۵۶۷\n', 2],
  ])('finds the column: %s', async (_, file, column) => {
    const { lines, summary } = await read(file);
    expect(summary.phoneColumn).toBe(column);
    expect(lines).toEqual([expect.objectContaining({ phone: '+989121234567' })]);
  });

  it('does not let a malformed line move the column to the referrer', async () => {
    const rows = Array.from({ length: 10 }, (_, n) => `${n === 3 ? 'n/a' : `0912000000${n}`},0913000000${n}`);
    const { lines, summary } = await read(`mobile,referrer mobile\n${rows.join('\n')}`);
    expect(summary).toMatchObject({ phoneColumn: 1, lines: 10, malformed: 1 });
    expect(lines[3]).toEqual({ line: 5, raw: 'n/a,09130000003', reason: 'not-a-number' });
  });

  it('takes a damaged number in the first line for a line, not for a header', async () => {
    const { summary } = await read('phone 0912123456\n09121234567\n');
    expect(summary).toMatchObject({ hasHeader: false, lines: 2, malformed: 1 });
  });

  it('reports a line that is too long and goes on', async () => {
    const { lines } = await read(`09121234567\n${'9'.repeat(100_000)}\n09121234568\n`);
    expect(lines.map((line) => ('reason' in line ? line.reason : line.phone))).toEqual([
      '+989121234567',
      'line-too-long',
      '+989121234568',
    ]);
  });

  it('refuses a file with a NUL byte', async () => {
    await expect(read('PK\u0003\u0004\u0000')).rejects.toMatchObject({ code: 'import-not-text', status: 409 });
  });

  it('refuses line 1,000,001 and reads no further', async () => {
    let served = 0;
    async function* endless() {
      for (;;) {
        served += 1;
        yield Buffer.from('x\n'.repeat(50_000));
      }
    }
    const refusal = await drain(readNumbers(endless(), 'IR')).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Problem);
    expect(refusal).toMatchObject({ code: 'import-too-long' });
    expect(served).toBe(21);
  });

  it('passes on what breaks the upload off', async () => {
    async function* broken() {
      yield Buffer.from('09121234567\n');
      throw new Error('connection reset');
    }
    await expect(drain(readNumbers(broken(), 'IR'))).rejects.toThrow('connection reset');
  });

  it('counts every line of any file exactly once, and its chunks hold every phone', async () => {
    await fc.assert(
      fc.asyncProperty(dirtyFile(), fc.array(fc.nat(3_000), { maxLength: 5 }), async ({ text, expected }, cuts) => {
        const { lines, summary } = await read(text, cuts);
        expect(lines.map(({ line }) => line)).toEqual(expected.map(({ line }) => line));
        expect(lines.map((line) => ('phone' in line ? line.phone : null))).toEqual(expected.map(({ phone }) => phone));
        const phones = lines.flatMap((line) => ('phone' in line ? [line.phone] : []));
        expect(summary.lines).toBe(lines.length);
        expect(summary.malformed).toBe(lines.length - phones.length);
        expect(summary.chunks.reduce((sum, chunk) => sum + chunk.lines, 0)).toBe(phones.length);
        expect(summary.chunks.flatMap(({ numbers }) => numbers.map((number) => `+${number}`)).sort()).toEqual(
          [...new Set(phones)].sort(),
        );
        expect(summary.sha256).toEqual(createHash('sha256').update(text).digest());
      }),
      { numRuns: 200 },
    );
  });
});

async function read(text: string, cuts: readonly number[] = []): Promise<Reading> {
  const bytes = Buffer.from(text);
  const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  async function* pieces() {
    for (const [index, end] of at.slice(1).entries()) yield bytes.subarray(at[index], end);
  }
  return drain(readNumbers(pieces(), 'IR'));
}

async function drain(source: AsyncGenerator<NumberLine[], NumbersSummary>): Promise<Reading> {
  const lines: NumberLine[] = [];
  for (;;) {
    const step = await source.next();
    if (step.done === true) return { lines, summary: step.value };
    lines.push(...step.value);
  }
}

/** A single-column file of good, bad and blank lines with any line ends, and what an honest reader finds in it. */
function dirtyFile() {
  const good = fc.tuple(fc.nat(9_999_999), fc.constantFrom('0', '+98', '0098', '')).map(([n, prefix]) => {
    const national = `912${String(n).padStart(7, '0')}`;
    return { text: prefix + national, phone: `+98${national}` };
  });
  const bad = fc
    .constantFrom('Sara', '02188776655', '9.89E+11', '0912', '09121234567 ext 5', '=cmd()', 'a\tb', '\\N', '"0')
    .map((text) => ({ text, phone: null }));
  const blank = fc.constantFrom('', '  ', '\u00a0').map((text) => ({ text, phone: undefined }));
  const line = fc.oneof({ weight: 6, arbitrary: good }, { weight: 2, arbitrary: bad }, { weight: 1, arbitrary: blank });
  const ending = fc.constantFrom('\n', '\r\n', '\r');
  const body = fc.array(line, { minLength: 5, maxLength: 300 });
  return fc.tuple(body, ending, fc.boolean()).map(([rows, end, header]) => {
    const all = header ? [{ text: 'mobile number', phone: undefined }, ...rows] : rows;
    const expected = all.flatMap(({ phone }, index) => (phone === undefined ? [] : [{ line: index + 1, phone }]));
    return { text: all.map(({ text }) => text).join(end) + end, expected };
  });
}
