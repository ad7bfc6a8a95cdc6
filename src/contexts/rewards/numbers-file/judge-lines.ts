import { normalizePhone } from '../../../shared/phone.ts';
import type { PhoneRefusal, Region } from '../../../shared/phone.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { fieldAt } from './fields.ts';
import { detectLayout, SAMPLE_LINES } from './layout.ts';
import type { Layout } from './layout.ts';
import { LONGEST_LINE } from './split-lines.ts';

/** Lines of one file at most, malformed ones included; and as many blank ones. */
export const MOST_LINES = 1_000_000;
/** A file that begins with so many lines, nearly all of them blank, is laid out by what it has shown until then. */
const MOST_WAITING = 10 * SAMPLE_LINES;
/** Characters of a refused line that are kept. */
export const LONGEST_RAW = 200;

export type RejectReason = PhoneRefusal | 'line-too-long';

/** One line of the file that is neither blank nor the header. `line` is its number in an editor. */
export type NumberLine =
  | { readonly line: number; readonly phone: string }
  | { readonly line: number; readonly raw: string; readonly reason: RejectReason };

/** What the lines came to: `lines` is all phones plus `malformed`. */
export interface LinesSummary {
  readonly lines: number;
  readonly blankLines: number;
  readonly malformed: number;
  readonly hasHeader: boolean;
  /** Counted from 1. */
  readonly phoneColumn: number;
}

export interface LineJudge {
  /** Lines wait here until enough of them are known to decide the layout: the answer may be about earlier lines. */
  judge(texts: readonly string[]): NumberLine[];
  /** What still waited. No line may follow. */
  end(): NumberLine[];
  summary(): LinesSummary;
}

/** Decides line by line what a file says. @throws Problem 409 import-too-long, from `judge` and `end` */
export function createLineJudge(region: Region): LineJudge {
  let waiting: string[] = [];
  let sample: string[] = [];
  let layout: Layout | undefined;
  let headerAhead = false;
  let lineNumber = 0;
  let lines = 0;
  let blankLines = 0;
  let malformed = 0;

  function decideLayout(): NumberLine[] {
    layout = detectLayout(sample, region);
    headerAhead = layout.hasHeader;
    const texts = waiting;
    waiting = sample = [];
    return judgeAll(texts, layout);
  }

  function judgeAll(texts: readonly string[], known: Layout): NumberLine[] {
    const judged: NumberLine[] = [];
    for (const text of texts) {
      const line = judgeOne(text, known);
      if (line !== undefined) judged.push(line);
    }
    return judged;
  }

  function judgeOne(text: string, { delimiter, column }: Layout): NumberLine | undefined {
    lineNumber += 1;
    const number = text.length > LONGEST_LINE ? tooLong : normalizePhone(fieldAt(text, delimiter, column), region);
    if (!number.ok && isBlank(text)) {
      if (blankLines === MOST_LINES) throw tooManyLines();
      blankLines += 1;
      return undefined;
    }
    if (headerAhead) {
      headerAhead = false;
      return undefined;
    }
    if (lines === MOST_LINES) throw tooManyLines();
    lines += 1;
    if (number.ok) return { line: lineNumber, phone: number.phone };
    malformed += 1;
    return { line: lineNumber, raw: text.slice(0, LONGEST_RAW), reason: number.reason };
  }

  return {
    judge(texts) {
      if (layout !== undefined) return judgeAll(texts, layout);
      waiting = waiting.concat(texts);
      sample = sample.concat(texts.filter((text) => !isBlank(text))).slice(0, SAMPLE_LINES);
      return sample.length < SAMPLE_LINES && waiting.length < MOST_WAITING ? [] : decideLayout();
    },
    end: () => (layout === undefined ? decideLayout() : []),
    summary: () => ({
      lines,
      blankLines,
      malformed,
      hasHeader: layout?.hasHeader ?? false,
      phoneColumn: (layout?.column ?? 0) + 1,
    }),
  };
}

function tooManyLines(): Problem {
  return new Problem(problems['import-too-long'], { detail: 'A file has at most 1,000,000 lines: split it.' });
}

const tooLong = { ok: false, reason: 'line-too-long' } as const;

/** Nothing visible but delimiters and quotes: what a sheet exports for an empty row. */
function isBlank(text: string): boolean {
  return /^[\s,;|"\u200b-\u200f\u202a-\u202e\ufeff]*$/.test(text);
}
