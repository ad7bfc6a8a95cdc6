import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findBaseline } from './baseline.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'portico-baseline-'));
  mkdirSync(join(root, 'openapi/released'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  writeFileSync(join(root, 'openapi', file), text);
}

function git(...args: readonly string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'core.hooksPath=/dev/null'];
  const { status, stderr } = spawnSync('git', ['-C', root, ...identity, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** Commits a bundle and tags it, as a release does. */
function release(version: string, text: string): void {
  rmSync(join(root, 'openapi/released'), { recursive: true, force: true });
  mkdirSync(join(root, 'openapi/released'));
  write('portico.json', text);
  write(`released/${version}.json`, text);
  git('add', '.');
  git('commit', '-qm', version);
  git('tag', `v${version}`);
}

test('without a repository the released copy is the baseline', () => {
  write('released/0.1.0.json', '"released"');
  expect(findBaseline(root)).toEqual({ name: 'openapi/released/0.1.0.json', text: '"released"' });
});

test('the newest version tag wins, by version and not by name', () => {
  git('init', '-q');
  release('0.9.0', '"nine"');
  release('0.10.0', '"ten"');
  write('portico.json', '"later"');
  git('commit', '-qam', '"later"');
  git('tag', 'v1-experiment');
  expect(findBaseline(root)).toEqual({ name: 'v0.10.0', text: '"ten"' });
});

test('a tag of another line does not count', () => {
  git('init', '-q', '-b', 'trunk');
  release('1.0.0', '"one"');
  git('switch', '-qc', 'other');
  release('2.0.0', '"two"');
  git('switch', '-q', 'trunk');
  expect(findBaseline(root)).toEqual({ name: 'v1.0.0', text: '"one"' });
});

test('a copy that is not what was tagged is an error', () => {
  git('init', '-q');
  release('1.0.0', '"one"');
  write('released/1.0.0.json', '"another"');
  expect(() => findBaseline(root)).toThrow('is not the bundle that was tagged v1.0.0');
});

test('no released bundle is an error', () => {
  expect(() => findBaseline(root)).toThrow('must hold exactly the last released bundle');
});
