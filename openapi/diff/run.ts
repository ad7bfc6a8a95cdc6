// `npm run contract:diff`: does openapi/portico.json break callers of the last release? `--release` makes it the last release.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import type { Document } from '../../src/contract/generator/document.ts';
import { judgeChanges, parseAccepted } from './accepted-changes.ts';
import type { AcceptedChange } from './accepted-changes.ts';
import { findBaseline } from './baseline.ts';
import type { Baseline } from './baseline.ts';
import type { BreakingChange } from './breaking-change.ts';
import { compareDocuments } from './compare-documents.ts';
import { installOasdiff, oasdiffChanges } from './oasdiff.ts';

const root = join(import.meta.dirname, '../..');
const bundleFile = join(root, 'openapi/portico.json');
const acceptedFile = join(root, 'openapi/accepted-changes.json');

/** @returns the exit code: 0 when nothing breaks but what was accepted. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { release: { type: 'boolean' } } });
  const bundle = readFileSync(bundleFile, 'utf8');
  try {
    if (values.release) return await release(bundle);
    return check(findBaseline(root), bundle, parseAccepted(readFileSync(acceptedFile, 'utf8')));
  } catch (error) {
    console.error(`contract:diff: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function check(baseline: Baseline, bundle: string, accepted: readonly AcceptedChange[]): number {
  const today = new Date().toISOString().slice(0, 10);
  const documents = { old: JSON.parse(baseline.text) as Document, new: JSON.parse(bundle) as Document };
  const own = judge('own checker', compareDocuments(documents, today), accepted, today);
  const unable = installOasdiff();
  if (unable === null) {
    const other = judge('oasdiff', oasdiffChanges(baseline.text, bundle), accepted, today);
    return conclude(baseline, accepted, [own, other], 'the own checker and oasdiff agree');
  }
  // It is a second opinion: whatever it catches, the own checker must catch too (seeded-changes.test.ts).
  console.warn(`oasdiff was NOT run. ${unable} The own checker decides alone.`);
  return conclude(baseline, accepted, [own], 'by the own checker alone');
}

/** Prints what one checker objects to. @returns whether it passes. */
function judge(
  checker: string,
  changes: readonly BreakingChange[],
  accepted: readonly AcceptedChange[],
  today: string,
): boolean {
  const faults = judgeChanges(changes, accepted, today);
  for (const fault of faults) console.error(`${checker}: ${fault}`);
  return faults.length === 0;
}

function conclude(
  { name }: Baseline,
  accepted: readonly AcceptedChange[],
  passed: readonly boolean[],
  how: string,
): number {
  if (passed.every(Boolean)) {
    console.log(`Contract: nothing breaks callers of ${name} (${accepted.length} accepted changes; ${how}).`);
    return 0;
  }
  console.error(
    `\nThe contract breaks callers of ${name}. Change it by addition, or list the break in openapi/accepted-changes.json ` +
      'with a reason and a sunset (docs/releasing.md).',
  );
  return 1;
}

/** Breaks that were accepted are now what callers have, so their entries go. */
async function release(bundle: string): Promise<number> {
  const { version } = (JSON.parse(bundle) as { info: { version: string } }).info;
  const folder = join(root, 'openapi/released');
  for (const name of readdirSync(folder)) if (name.endsWith('.json')) rmSync(join(folder, name));
  const file = join(folder, `${version}.json`);
  writeFileSync(file, await format(bundle, { ...(await resolveConfig(file)), parser: 'json' }));
  writeFileSync(acceptedFile, '[]\n');
  console.log(`openapi/released/${version}.json is what later changes are measured by. Commit it and tag v${version}.`);
  return 0;
}

process.exitCode = await main();
