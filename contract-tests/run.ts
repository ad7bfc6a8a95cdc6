/**
 * Behind contract-tests/run: starts Portico, lets schemathesis try every operation, then again through the oracle, which also
 * watches every test that speaks to a whole Portico; switches a share of the seeded defects on; follows a trace; and counts.
 * Arguments go to `schemathesis run`, for example `npm run test:contract -- --include-operation-id getWallet`; all else is then
 * left out.
 */
import { runThroughGateway } from './front/gateway-run.ts';
import { verdictOf } from './oracle/verdict.ts';
import { createOracle } from './oracle/oracle.ts';
import { watchTests } from './oracle/watch-tests.ts';
import { proveTraces } from './otlp/prove-traces.ts';
import { people, startTestedPortico } from './portico-process.ts';
import type { PorticoProcess } from './portico-process.ts';
import { runSchemathesis } from './schemathesis.ts';
import type { Verdict } from './schemathesis.ts';
import { defects, shareOf } from './seeded-defects/defects.ts';
import { proveDefects } from './seeded-defects/prove-defects.ts';

/** Cases per operation and phase. Nightly runs may set more. */
const maxExamples = Number(process.env['CONTRACT_EXAMPLES'] ?? 15);
/** Requests and answers that the oracle must have judged: fewer would mean that something no longer passes it. */
const leastMessages = 10_000;
/** live.py numbers its people from the series on, 100,000 to each; the first run may need many of them. */
const oracleSeries = 20;
const gatewaySeries = 40;
const extra = process.argv.slice(2);
const results: { readonly name: string; readonly verdict: Verdict }[] = [];

try {
  const portico = await startTestedPortico();
  try {
    await tryEverything(portico);
  } finally {
    const code = await portico.stop();
    if (code === 0 && results.every(({ verdict }) => verdict.failures.length === 0)) portico.clear();
    else console.log(`\nReports and Portico's log are in ${portico.folder}`);
    results.push({
      name: 'portico',
      verdict: {
        passed: code === 0 ? 1 : 0,
        failures: code === 0 ? [] : [`Portico ended with exit ${String(code)}`],
        summary: 'one process through the whole run, stopped cleanly',
      },
    });
  }
  if (extra.length === 0) results.push({ name: 'traces, at an OTLP receiver', verdict: await proveTraces() });
} catch (error) {
  results.push({ name: 'contract tests', verdict: { passed: 0, failures: [String(error)], summary: 'broke off' } });
}
conclude();

async function tryEverything(portico: PorticoProcess): Promise<void> {
  const environment = (series: number): Record<string, string> => ({
    ...people(portico.url),
    PORTICO_SERIES: String(series),
  });
  const folder = (name: string): string => `${portico.folder}/${name}`;
  results.push({
    name: 'schemathesis',
    verdict: await runSchemathesis({
      url: portico.url,
      folder: folder('direct'),
      maxExamples,
      environment: environment(0),
      extra,
    }),
  });
  if (extra.length > 0) return;
  results.push({
    name: 'schemathesis, through the gateway',
    verdict: await runThroughGateway({
      ...{ url: portico.url, folder: folder('gateway'), environment: environment(gatewaySeries), extra },
      maxExamples,
    }),
  });
  const oracle = createOracle();
  try {
    const { url } = await oracle.standBefore(portico.url, 'schemathesis');
    const verdict = await runSchemathesis({
      ...{ url, folder: folder('oracle'), environment: environment(oracleSeries), extra },
      // The tests behind it bring every limit of every parameter, and all of it takes the oracle half as long again.
      phases: ['examples', 'fuzzing', 'stateful'],
      maxExamples,
    });
    results.push({ name: 'schemathesis, through the oracle', verdict });
    results.push({ name: 'tests, through the oracle', verdict: await watchTests(oracle, folder('tests.json')) });
    results.push({ name: 'oracle', verdict: verdictOf(oracle, { atLeast: leastMessages }) });
    results.push({ name: 'seeded defects', verdict: await proveDefects(shareOf(defects), portico) });
  } finally {
    await oracle.close();
  }
}

function conclude(): void {
  console.log('');
  for (const { name, verdict } of results) {
    console.log(`${verdict.failures.length === 0 ? 'ok    ' : 'FAILED'}  ${name}: ${verdict.summary}`);
    for (const failure of verdict.failures) console.log(`        ${failure}`);
  }
  const passed = results.reduce((sum, { verdict }) => sum + verdict.passed, 0);
  const failed = results.reduce((sum, { verdict }) => sum + verdict.failures.length, 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
