/**
 * `npm test`: lint, types, format, the bundle's staleness and all Jest tests. Each runs to its end even when an earlier one
 * failed, so one run tells everything. Arguments go to Jest. The last line is `N passed, N failed`; a skipped or unfinished
 * test counts as failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** The part of Jest's `--json` report that is counted. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

const gates = ['lint', 'types', 'format', 'contract:check', 'contract:diff'];

const results: [name: string, Counts][] = [
  ...gates.map((gate): [string, Counts] => [gate, runGate(gate)]),
  ['jest', runJest()],
];
console.log('');
for (const [name, { passed, failed }] of results) {
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(16)} ${passed} passed, ${failed} failed`);
}
const total = results.reduce(
  (sum, [, { passed, failed }]) => ({ passed: sum.passed + passed, failed: sum.failed + failed }),
  {
    passed: 0,
    failed: 0,
  },
);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

function runGate(script: string): Counts {
  return npmRun(script) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function runJest(): Counts {
  const folder = mkdtempSync(join(tmpdir(), 'portico-test-'));
  const file = join(folder, 'jest.json');
  try {
    const succeeded = npmRun('jest', '--json', `--outputFile=${file}`, ...process.argv.slice(2));
    const report = JSON.parse(readFileSync(file, 'utf8')) as JestReport;
    const failed =
      report.numFailedTests + report.numPendingTests + report.numTodoTests + report.numRuntimeErrorTestSuites;
    // Jest also fails for what no test shows: a broken global setup, an open handle, no tests at all.
    return { passed: report.numPassedTests, failed: succeeded ? failed : Math.max(failed, 1) };
  } catch (error) {
    console.error(`Jest left no report: ${String(error)}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a script of package.json on our terminal; true when it succeeded. */
function npmRun(script: string, ...rest: readonly string[]): boolean {
  const npm = process.env['npm_execpath'];
  const [command, ...prefix] = npm === undefined ? ['npm'] : [process.execPath, npm];
  return spawnSync(command, [...prefix, 'run', '--silent', script, '--', ...rest], { stdio: 'inherit' }).status === 0;
}
