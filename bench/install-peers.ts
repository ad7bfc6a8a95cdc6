import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/**
 * Installs what only the benchmarks need (bench/package.json) when it is not there or older than its lock file, generates
 * Prisma's client, and checks the types of the peers that use them, which `npm run types` cannot.
 */
export function installPeers(): void {
  const made = ['node_modules/.package-lock.json', 'peers/generated/client.ts'].map((file) => changedAt(folder + file));
  if (Math.min(...made) >= changedAt(`${folder}package-lock.json`)) return;
  console.log('Installing the peers of the benchmarks into bench/node_modules.');
  run('npm', ['ci', '--no-audit', '--no-fund']);
  // Prisma 7 generates and queries without native code, yet its command line fetches an engine for migrations first, from
  // a host of its own. It takes any program that is named to it instead, and never starts it here.
  run(process.execPath, ['node_modules/prisma/build/index.js', 'generate', '--schema', 'peers/schema.prisma'], {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
  });
  run(process.execPath, ['../node_modules/typescript/bin/tsc', '--project', 'peers']);
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function run(command: string, parameters: readonly string[], settings: Readonly<Record<string, string>> = {}): void {
  const { status } = spawnSync(command, parameters, {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, ...settings },
  });
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')} did not succeed in bench/.`);
}
