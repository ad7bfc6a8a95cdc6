/** One thing that was looked at, and what was wrong with it; nothing when all held. */
export interface Finding {
  readonly what: string;
  readonly broken: readonly string[];
}

/** Prints every finding and the counts. @returns how many failed */
export function printFindings(findings: readonly Finding[]): number {
  console.log('');
  for (const { what, broken } of findings) {
    console.log(`${broken.length === 0 ? 'ok    ' : 'FAILED'}  ${what}`);
    for (const reason of broken.slice(0, 10)) console.log(`        ${reason}`);
    if (broken.length > 10) console.log(`        and ${broken.length - 10} more`);
  }
  const failed = findings.filter(({ broken }) => broken.length > 0).length;
  console.log(`${findings.length - failed} passed, ${failed} failed`);
  return failed;
}

/** Rows under a header, in columns as wide as they must be. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  for (const row of all) {
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
  }
}
