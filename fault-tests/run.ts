/**
 * `npm run test:faults`: kills the processes of a small installation at random moments while clients use it, and holds the
 * database against what they were told. FAULT_ROUNDS kills (default 100); FAULT_SEED repeats a run's choices. The last line is
 * "N passed, N failed".
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runKills } from './run-kills.ts';
import { scenarios } from './scenarios/index.ts';
import type { Finding } from './report.ts';
import { printFindings } from './report.ts';

const rounds = Number(process.env['FAULT_ROUNDS'] ?? 100);
const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const [only] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), 'portico-faults-'));
// PostgreSQL may run as another account, which must be able to enter.
chmodSync(folder, 0o711);
const findings: Finding[] = [];
console.log(`${rounds} kills, seed ${seed}; logs in ${folder}`);

if (only === undefined || only === 'kills') findings.push(...(await runKills({ folder, rounds, seed })));
for (const [name, scenario] of Object.entries(scenarios)) {
  if (only !== undefined && only !== name) continue;
  console.log(`\n${name}`);
  try {
    findings.push(...(await scenario(path.join(folder, name))));
  } catch (error) {
    findings.push({ what: name, broken: [error instanceof Error ? (error.stack ?? error.message) : String(error)] });
  }
}
const failed = printFindings(findings);
if (failed === 0) rmSync(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
