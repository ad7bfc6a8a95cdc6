import { parse } from 'csv-parse/sync';
import type { LineFault } from './imported-entry.ts';

/** One record and the line it ends on, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Reads a text as CSV (RFC 4180), with or without a byte-order mark; empty lines are left out.
 *
 * @returns a fault where quotes do not fit: nothing after it can be believed
 */
export function readCsv(text: string): readonly CsvRecord[] | LineFault {
  try {
    const records = parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      info: true,
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
    return records.map(({ record, info }) => ({ line: info.lines, fields: record }));
  } catch (error) {
    const { lines } = error as { readonly lines?: unknown };
    return { line: typeof lines === 'number' ? lines : 1, detail: 'is no CSV: its quotes do not fit' };
  }
}
