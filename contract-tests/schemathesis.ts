/** Runs schemathesis against a running Portico and turns its report into counts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { documentPath, readDocument } from './document.ts';
import { exclusions } from './exclusions.ts';
import { schemathesisConfig } from './schemathesis-config.ts';

/** The part of schemathesis' JSON report that decides. */
export interface Report {
  readonly complete: boolean;
  readonly operations: { readonly total: number; readonly tested: number };
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly { readonly title: string; readonly operations: readonly string[] }[];
  readonly errors: readonly unknown[];
  /** By kind; the operations it is about. */
  readonly warnings: Readonly<Record<string, readonly unknown[]>>;
  /** What became of valid requests, by operation and phase. */
  readonly valid_rates: Readonly<Record<string, Readonly<Record<string, { readonly accepted: number }>>>>;
}

export interface Verdict {
  readonly passed: number;
  readonly failures: readonly string[];
  readonly summary: string;
}

export type Phase = 'examples' | 'coverage' | 'fuzzing' | 'stateful';

export interface SchemathesisOptions {
  readonly url: string;
  /** Where configuration, report and log go. */
  readonly folder: string;
  readonly maxExamples: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Default: all. */
  readonly phases?: readonly Phase[];
  /** More arguments for `schemathesis run`, such as --include-operation-id. */
  readonly extra: readonly string[];
}

const allPhases: readonly Phase[] = ['examples', 'coverage', 'fuzzing', 'stateful'];
const here = fileURLToPath(new URL('.', import.meta.url));

/** One whole run, all checks. Its output goes to our terminal as it comes. */
export async function runSchemathesis(options: SchemathesisOptions): Promise<Verdict> {
  const report = join(options.folder, 'report.json');
  const { phases = allPhases } = options;
  const extra = ['--phases', phases.join(','), '--report', 'json', '--report-json-path', report, ...options.extra];
  const status = await spawnSchemathesis({ ...options, extra }, 'inherit');
  // It is opened at the start and written at the end.
  if (!existsSync(report) || statSync(report).size === 0) {
    return {
      passed: 0,
      failures: [`schemathesis ended (exit ${String(status)}) without a report`],
      summary: 'no report',
    };
  }
  return judge(JSON.parse(readFileSync(report, 'utf8')) as Report, status, phases);
}

/** @returns its exit code: 0 when every check held. */
export async function spawnSchemathesis(
  { url, folder, maxExamples, environment, extra }: SchemathesisOptions,
  output: 'inherit' | 'ignore',
): Promise<number | null> {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'schemathesis.toml');
  writeFileSync(config, schemathesisConfig(readDocument(), { maxExamples, exclusions }));
  const child = spawn(
    join(here, '.venv/bin/schemathesis'),
    ['--config-file', config, 'run', documentPath, '--url', url, '--checks', 'all', ...extra],
    {
      cwd: folder,
      env: { ...process.env, ...environment, PYTHONPATH: here, PYTHONDONTWRITEBYTECODE: '1', COLUMNS: '120' },
      stdio: ['ignore', output, output],
    },
  );
  const [status] = (await once(child, 'exit')) as [number | null];
  return status;
}

/** Phases whose requests the hooks complete with live state, so that a success must be among them. */
const mustServe: readonly Phase[] = ['examples', 'coverage'];

/**
 * One test per operation: every check held in every phase that was run. One more per operation: valid requests were served, so the checks
 * saw real answers and not refusals only.
 */
export function judge(report: Report, status: number | null, phases: readonly Phase[] = allPhases): Verdict {
  const failing = new Map<string, string[]>();
  const blame = (what: string, why: string): void => void failing.set(what, [...(failing.get(what) ?? []), why]);
  for (const { title, operations } of report.failures) for (const operation of operations) blame(operation, title);
  for (const [kind, about] of Object.entries(report.warnings)) {
    for (const operation of about) blame(typeof operation === 'string' ? operation : JSON.stringify(operation), kind);
  }
  for (const error of report.errors) blame('errors', JSON.stringify(error));
  for (const [operation, rates] of Object.entries(report.valid_rates)) {
    for (const phase of mustServe.filter((one) => phases.includes(one))) {
      if ((rates[phase]?.accepted ?? 0) === 0) blame(`served: ${operation}`, `no valid request succeeded (${phase})`);
    }
  }
  if (!report.complete) blame('schemathesis', 'stopped before its end');
  if (status !== 0 && failing.size === 0) blame('schemathesis', `exit ${String(status)}`);
  const failures = [...failing].map(([what, reasons]) => `${what}: ${reasons.join(', ')}`);
  const tests = report.operations.tested + Object.keys(report.valid_rates).length;
  return {
    passed: Math.max(0, tests - failures.length),
    failures,
    summary:
      `${report.operations.tested} of ${report.operations.total} operations, ` +
      `${report.test_cases.generated} requests, ${exclusions.length} exclusions`,
  };
}
