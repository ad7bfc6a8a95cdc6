/**
 * Behind contract-tests/run: starts Portico, lets schemathesis try every operation, then again through the oracle, follows a trace, and counts.
 * Arguments go to `schemathesis run`, for example `npm run test:contract -- --include-operation-id getWallet`; oracle and trace
 * are then left out.
 */
import { demoAccounts } from '../src/contexts/identity/index.ts';
import { verdictOf } from './oracle/verdict.ts';
import { startOracle } from './oracle/oracle.ts';
import { proveTraces } from './otlp/prove-traces.ts';
import { startPorticoProcess } from './portico-process.ts';
import type { PorticoProcess } from './portico-process.ts';
import { runSchemathesis } from './schemathesis.ts';
import type { Verdict } from './schemathesis.ts';

/** Cases per operation and phase. Nightly runs may set more. */
const maxExamples = Number(process.env['CONTRACT_EXAMPLES'] ?? 40);
const extra = process.argv.slice(2);
const results: { readonly name: string; readonly verdict: Verdict }[] = [];

try {
  const portico = await startPorticoProcess({
    // Everything as delivered, except what would make a test slow or stop it.
    BCRYPT_COST: '4',
    RATE_LIMIT_FACTOR: '1000000',
    // live.py sends each request from another network.
    TRUSTED_PROXIES: '127.0.0.1',
    RESPONSE_VALIDATION: '1',
    STRICT_RESPONSES: 'true',
  });
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
  const oracle = await startOracle(portico.url);
  try {
    const verdict = await runSchemathesis({
      ...{ url: oracle.url, folder: folder('oracle'), environment: environment(1), extra },
      maxExamples: Math.ceil(maxExamples / 4),
    });
    results.push({ name: 'schemathesis, through the oracle', verdict });
    results.push({ name: 'oracle', verdict: verdictOf(oracle) });
  } finally {
    await oracle.close();
  }
}

/** Whom the hooks log in as. */
function people(url: string): Record<string, string> {
  const admin = demoAccounts.find(({ role }) => role === 'admin');
  if (admin === undefined) throw new Error('there is no demo admin');
  return { PORTICO_URL: url, PORTICO_EMAIL: admin.email, PORTICO_PASSWORD: admin.password };
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
