import { normalizePhone } from '../../../shared/phone.ts';
import type { Region } from '../../../shared/phone.ts';
import { delimiters, fieldAt, splitFields } from './fields.ts';
import type { Delimiter } from './fields.ts';

/** How a file of numbers is laid out. */
export interface Layout {
  /** Null: a line is one field. */
  readonly delimiter: Delimiter | null;
  /** The column of the numbers, counted from 0. */
  readonly column: number;
  readonly hasHeader: boolean;
}

/** So many lines decide the layout. */
export const SAMPLE_LINES = 100;

/** Words by which a column of numbers is called; a first line without any of them is a line, and reported if it is bad. */
const HEADER_WORD = /phone|mobile|msisdn|cell|gsm|tel|number|numero|e\.?164|شماره|موبایل|تلفن|همراه|هاتف|جوال|رقم/i;
const COLUMNS_CONSIDERED = 100;

/**
 * Finds delimiter, header and the column of the numbers from the first lines. Among the columns that hold about as many
 * numbers as the best one (a referrer's number must not win by one malformed line), the first with a telling header is
 * taken, else the first.
 *
 * @param sample the file's first lines, blank ones left out
 */
export function detectLayout(sample: readonly string[], region: Region): Layout {
  const delimiter = detectDelimiter(sample);
  const columns = (line: string) => (delimiter === null ? [line] : splitFields(line, delimiter));
  const votes: number[] = [];
  for (const line of sample) {
    for (const [column, field] of columns(line).slice(0, COLUMNS_CONSIDERED).entries()) {
      votes[column] = (votes[column] ?? 0) + (normalizePhone(field, region).ok ? 1 : 0);
    }
  }
  const most = Math.max(1, ...votes);
  const candidates = votes.flatMap((count, column) => (count * 2 >= most ? [column] : []));

  const first = sample[0] ?? '';
  const heading = columns(first).map((field) => HEADER_WORD.test(field));
  const named = candidates.find((column) => heading[column] === true);
  const column = named ?? candidates[0] ?? Math.max(0, heading.indexOf(true));
  const hasHeader = heading.includes(true) && !looksLikeNumber(fieldAt(first, delimiter, column));
  return { delimiter, column, hasHeader };
}

/** The delimiter that stands in most lines, if it stands in at least half of them. */
function detectDelimiter(sample: readonly string[]): Delimiter | null {
  const counts = delimiters.map((delimiter) => ({
    delimiter,
    count: sample.filter((line) => splitFields(line, delimiter).length > 1).length,
  }));
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a));
  return best.count * 2 >= Math.max(1, sample.length) ? best.delimiter : null;
}

/** A damaged number is a line, never a header. */
function looksLikeNumber(field: string): boolean {
  return (field.match(/[\d\u0660-\u0669\u06f0-\u06f9]/g)?.length ?? 0) >= 5;
}
