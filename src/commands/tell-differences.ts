const SHOWN = 20;

/**
 * Prints the first differences that a comparison found, a line each, and how many more there are.
 *
 * @param total - how many were found, when not all of them were collected.
 */
export function tellDifferences(lines: readonly string[], total = lines.length): void {
  for (const line of lines.slice(0, SHOWN)) console.log(line);
  if (total > SHOWN) console.log(`… and ${total - SHOWN} more`);
}
