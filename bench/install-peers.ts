import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/**
 * Installs what only the benchmarks need (bench/package.json) when it is not there or older than its lock file, and checks
 * the types of the peers that use it, which `npm run types` cannot.
 */
export function installPeers(): void {
  if (changedAt(`${folder}node_modules/.package-lock.json`) >= changedAt(`${folder}package-lock.json`)) return;
  console.log('Installing the peers of the benchmarks into bench/node_modules.');
  run('npm', ['ci', '--no-audit', '--no-fund']);
  run(process.execPath, ['../node_modules/typescript/bin/tsc', '--project', 'peers']);
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function run(command: string, parameters: readonly string[]): void {
  const { status } = spawnSync(command, parameters, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')} did not succeed in bench/.`);
}
