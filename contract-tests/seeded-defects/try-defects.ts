/** Switches seeded defects on, one at a time, and asks the check that is named for each. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startOpener } from '../front/opener.ts';
import { spawnSchemathesis } from '../schemathesis.ts';
import { openDefectiveFront } from './defective-front.ts';
import type { Defect, SchemathesisCheck, WalkCheck } from './defect.ts';
import { failedChecks, testOutcomes } from './judge.ts';
import type { JestReport, TestOutcome } from './judge.ts';

export interface Surroundings {
  /** A running Portico, for schemathesis. Walks start their own. */
  readonly porticoUrl: string;
  /** Environment of hooks.py. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where reports go. */
  readonly folder: string;
}

/** What became of one defect. */
export interface Trial {
  readonly defect: string;
  readonly check: string;
  readonly caught: boolean;
  /** What happened instead, or what else noticed. */
  readonly remark: string;
  readonly seconds: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Examples per operation and phase: what a defect needs, not what a search for unknown ones does. */
const maxExamples = 15;
/** live.py gives each series its own people; the first ones belong to the ordinary runs. */
const firstSeries = 30;

/** Tries all, two at once, after a control: without a defect the same checks must find nothing. */
export async function tryDefects(defects: readonly Defect[], surroundings: Surroundings): Promise<Trial[]> {
  const trials = [...controls(defects), ...defects.map((defect) => () => tryDefect(defect))];
  let series = firstSeries;
  const results: Trial[] = [];
  const run = async (queue: Iterator<(typeof trials)[number]>): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const startedAt = performance.now();
      const trial = await next.value();
      results.push({ ...trial, seconds: Math.round((performance.now() - startedAt) / 1_000) });
      console.log(inWords(results.at(-1) ?? trial));
    }
  };
  const queue = trials.values();
  await Promise.all([run(queue), run(queue)]);
  return results;

  function controls(all: readonly Defect[]): (() => Promise<Trial>)[] {
    const [bySchemathesis, byWalks] = [all.flatMap(schemathesisChecks), all.flatMap(walkChecks)];
    const operations = [...new Set(bySchemathesis.flatMap((check) => check.operations))];
    const files = Map.groupBy(byWalks, ({ walk }) => walk);
    const control = (check: string, problems: readonly string[]): Trial => ({
      defect: 'none',
      check,
      caught: problems.length === 0,
      remark: problems.join('; '),
      seconds: 0,
    });
    return [
      ...(operations.length === 0
        ? []
        : [async () => control('schemathesis', await askSchemathesis(null, { check: 'all', operations }))]),
      ...[...files].map(([walk, checks]) => async () => {
        const tests = checks.map(({ test }) => test);
        const outcomes = await askWalk(null, walk, tests);
        const missing = tests.filter((test) => !outcomes.some(({ name }) => name === test));
        const failed = outcomes.filter(({ outcome }) => outcome !== 'passed');
        return control(walk, [
          ...missing.map((test) => `there is no test "${test}"`),
          ...failed.map(({ name, why }) => `${name}: ${why}`),
        ]);
      }),
    ];
  }

  async function tryDefect(defect: Defect): Promise<Trial> {
    const { name, caughtBy } = defect;
    if ('check' in caughtBy) {
      const failed = await askSchemathesis(defect, caughtBy);
      const others = failed.filter((check) => check !== caughtBy.check);
      const caught = failed.includes(caughtBy.check);
      const also = others.length === 0 ? '' : `${caught ? 'also' : 'only'} ${others.join(', ')}`;
      return { defect: name, check: caughtBy.check, caught, remark: also, seconds: 0 };
    }
    const outcomes = await askWalk(defect, caughtBy.walk, [caughtBy.test]);
    const named = outcomes.find((outcome) => outcome.name === caughtBy.test);
    const caught = named?.outcome === 'failed';
    const remark = caught ? '' : (named?.why ?? 'the test was not run');
    return { defect: name, check: `${caughtBy.walk}: ${caughtBy.test}`, caught, remark, seconds: 0 };
  }

  /** The checks that failed. */
  async function askSchemathesis(
    defect: Defect | null,
    { operations, extra = [] }: SchemathesisCheck,
  ): Promise<string[]> {
    const number = (series += 1);
    const folder = join(surroundings.folder, `series-${number}`);
    const report = join(folder, 'events.ndjson');
    const front = await openDefectiveFront(surroundings.porticoUrl, defect);
    try {
      await spawnSchemathesis(
        {
          ...{ url: front.url, folder, maxExamples },
          environment: { ...surroundings.environment, PORTICO_SERIES: String(number) },
          extra: [
            ...operations.flatMap((operationId) => ['--include-operation-id', operationId]),
            ...['--report', 'ndjson', '--report-ndjson-path', report, ...extra],
          ],
        },
        'ignore',
      );
    } finally {
      await front.close([]);
    }
    return existsSync(report) ? failedChecks(readFileSync(report, 'utf8')) : ['schemathesis itself: no report'];
  }

  /** What became of these tests of one walk. */
  async function askWalk(defect: Defect | null, walk: string, tests: readonly string[]): Promise<TestOutcome[]> {
    const folder = join(surroundings.folder, `series-${(series += 1)}`);
    mkdirSync(folder, { recursive: true });
    const report = join(folder, 'jest.json');
    const log = openSync(join(folder, 'jest.log'), 'w');
    const opener = await startOpener(({ target }) => openDefectiveFront(target, defect));
    const pattern = `^(?:${tests.map((test) => test.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|')})$`;
    try {
      const child = spawn(
        process.execPath,
        [
          ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--runInBand'],
          ...['--json', `--outputFile=${report}`, '--testNamePattern', pattern, '--runTestsByPath', walk],
        ],
        { cwd: root, env: { ...process.env, PORTICO_TEST_FRONT: opener.url }, stdio: ['ignore', 'ignore', log] },
      );
      await once(child, 'exit');
    } finally {
      closeSync(log);
      await opener.close();
    }
    if (!existsSync(report)) return [{ name: walk, outcome: 'broken', why: 'Jest ended without a report' }];
    return testOutcomes(JSON.parse(readFileSync(report, 'utf8')) as JestReport);
  }
}

function schemathesisChecks({ caughtBy }: Defect): SchemathesisCheck[] {
  return 'check' in caughtBy ? [caughtBy] : [];
}

function walkChecks({ caughtBy }: Defect): WalkCheck[] {
  return 'walk' in caughtBy ? [caughtBy] : [];
}

/** One line of the table: defect → check → result. */
export function inWords({ defect, check, caught, remark, seconds }: Trial): string {
  const result = defect === 'none' ? (caught ? 'nothing found' : 'NOT CLEAN') : caught ? 'caught' : 'NOT CAUGHT';
  const rest = remark === '' ? '' : ` (${remark})`;
  return `${defect.padEnd(58)} → ${check} → ${result}${rest}, ${seconds} s`;
}
