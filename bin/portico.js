#!/usr/bin/env node
// Runs src/main.ts with the Node that package.json pins, since the one on the PATH may be too old to run TypeScript.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const pinned = path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (!existsSync(pinned) && (major < 22 || (major === 22 && minor < 18))) {
  process.stderr.write(`Portico needs Node 22.18 or newer, or its own: run "npm ci" in ${root} first.\n`);
  process.exit(1);
}

const node = existsSync(pinned) ? pinned : process.execPath;
const child = spawn(node, [path.join(root, 'src', 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
// The terminal sends Ctrl-C to both; this process waits for the other to finish its work.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
