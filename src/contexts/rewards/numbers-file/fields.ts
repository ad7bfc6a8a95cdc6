export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/**
 * One field of a line; empty when the line has fewer. Quotes follow RFC 4180, except that one left open ends with the line.
 *
 * @param delimiter null when the whole line is the field
 * @param column counted from 0
 */
export function fieldAt(line: string, delimiter: Delimiter | null, column: number): string {
  if (delimiter === null) return line;
  // Most files have no quotes: then a field is found without looking at each character.
  if (line.includes('"')) return splitFields(line, delimiter)[column] ?? '';
  let start = 0;
  for (let skipped = 0; skipped < column; skipped += 1) {
    const next = line.indexOf(delimiter, start);
    if (next < 0) return '';
    start = next + 1;
  }
  const end = line.indexOf(delimiter, start);
  return end < 0 ? line.slice(start) : line.slice(start, end);
}

export function splitFields(line: string, delimiter: Delimiter): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const [field, end] = line[at] === '"' ? quotedField(line, delimiter, at) : plainField(line, delimiter, at);
    fields.push(field);
    if (end >= line.length) return fields;
    at = end + 1;
  }
}

function plainField(line: string, delimiter: Delimiter, start: number): [field: string, end: number] {
  const found = line.indexOf(delimiter, start);
  const end = found < 0 ? line.length : found;
  return [line.slice(start, end), end];
}

function quotedField(line: string, delimiter: Delimiter, start: number): [field: string, end: number] {
  let field = '';
  let at = start + 1;
  for (;;) {
    const quote = line.indexOf('"', at);
    if (quote < 0) return [field + line.slice(at), line.length];
    field += line.slice(at, quote);
    if (line[quote + 1] !== '"') {
      // Whatever stands between the closing quote and the delimiter belongs to the field: dropping it could make a number.
      const [rest, end] = plainField(line, delimiter, quote + 1);
      return [field + rest, end];
    }
    field += '"';
    at = quote + 2;
  }
}
