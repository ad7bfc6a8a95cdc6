import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BreakingChange, BreakKind } from './breaking-change.ts';

/** Newer ones need a module that proxy.golang.org does not give out (pb33f/go-yaml v0.1.1). */
const version = 'v1.33.0';
const folder = join(import.meta.dirname, '.venv', `oasdiff-${version}`);
const program = join(folder, 'oasdiff');

/** oasdiff calls these harmless; here they are promises. */
const promises = new Set([
  ...['api-operation-id-removed', 'api-tag-removed', 'api-security-component-removed'],
  ...['api-security-component-type-changed', 'response-non-success-status-removed', 'optional-response-header-removed'],
  ...['response-optional-property-removed', 'request-parameter-default-value-changed'],
  ...['request-parameter-default-value-removed', 'request-body-default-value-changed'],
  ...['request-body-default-value-removed', 'request-property-default-value-changed'],
  ...['request-property-default-value-removed', 'request-property-discriminator-property-name-changed'],
  ...['request-body-discriminator-property-name-changed', 'response-body-discriminator-property-name-changed'],
  'response-property-discriminator-property-name-changed',
]);

/**
 * Makes oasdiff in `openapi/diff/.venv` with `go install`, once.
 * @returns why it cannot be run here, or null when it can.
 */
export function installOasdiff(): string | null {
  if (existsSync(program)) return null;
  if (spawnSync('go', ['version']).status !== 0) return 'Go is not installed.';
  console.log(`Making oasdiff ${version} in openapi/diff/.venv ("go install", once).`);
  const { status, stderr } = spawnSync('go', ['install', `github.com/oasdiff/oasdiff@${version}`], {
    env: { ...process.env, GOBIN: folder },
    encoding: 'utf8',
    timeout: 600_000,
  });
  return status === 0 ? null : `"go install" of oasdiff did not succeed: ${stderr.trim().split('\n').at(-1) ?? ''}`;
}

/** One line of oasdiff's JSON report. */
interface Finding {
  readonly id: string;
  readonly text: string;
  readonly level: number;
  readonly operation?: string;
  readonly path?: string;
}

/** oasdiff's level "info"; above it are "warn" and "err". */
const harmless = 1;

/** What oasdiff finds between two bundles. `installOasdiff` must have succeeded. @throws when oasdiff fails. */
export function oasdiffChanges(older: string, newer: string): BreakingChange[] {
  const directory = mkdtempSync(join(tmpdir(), 'portico-oasdiff-'));
  try {
    const before = join(directory, 'old.json');
    const after = join(directory, 'new.json');
    writeFileSync(before, older);
    writeFileSync(after, newer);
    const { status, stdout, stderr } = spawnSync(
      program,
      ['changelog', before, after, '--format', 'json', '--include-path-params'],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    if (status !== 0) throw new Error(`oasdiff ended with exit ${String(status)}: ${stderr}`);
    return ((JSON.parse(stdout) ?? []) as Finding[])
      .filter(({ id, level }) => level > harmless || promises.has(id))
      .map(changeOf);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function changeOf({ id, text, operation, path }: Finding): BreakingChange {
  const place = operation === undefined || path === undefined ? (path ?? 'components') : `${operation} ${path}`;
  return { operation: place, kind: kindOf(id), text: `${text} [oasdiff ${id}]` };
}

function kindOf(id: string): BreakKind {
  if (/operation-id|tag/.test(id)) return 'naming';
  if (id.includes('security')) return 'security';
  if (id.includes('response')) return 'response';
  return id.includes('request') ? 'request' : 'removed';
}
