import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One figure and what it should be. */
export interface Target {
  readonly value: number;
  readonly target: number;
  /** Which side of the target is the good one. */
  readonly better: 'lower' | 'higher';
}

/**
 * Prints the ratios of one benchmark as a table and writes them to `bench/results/<name>.json`.
 *
 * With `--check` on the command line a missed target makes the exit code 1; without it, figures are only told: machines are
 * shared, and a missed target is a question, not a defect.
 */
export function reportRatios(bench: string, targets: Readonly<Record<string, Target>>): void {
  const ratios = Object.fromEntries(
    Object.entries(targets).map(([key, { value, target, better }]) => {
      const rounded = Number(value.toPrecision(4));
      return [key, { value: rounded, target, better, met: better === 'lower' ? rounded <= target : rounded >= target }];
    }),
  );
  console.log('\n| ratio | value | target | met |\n| --- | --- | --- | --- |');
  for (const [key, { value, target, better, met }] of Object.entries(ratios)) {
    console.log(`| ${key} | ${value} | ${better === 'lower' ? '≤' : '≥'} ${target} | ${met ? 'yes' : 'no'} |`);
  }
  const folder = fileURLToPath(new URL('results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const report = { bench, at: new Date().toISOString(), ratios };
  writeFileSync(`${folder}${bench}.json`, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nWritten to bench/results/${bench}.json.`);
  if (process.argv.includes('--check') && !Object.values(ratios).every(({ met }) => met)) process.exitCode = 1;
}

/** @returns the middle one of an odd number of figures; NaN for none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
