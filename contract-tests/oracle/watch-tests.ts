/** Runs every test that speaks to a whole Portico over HTTP, with the oracle between. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startOpener } from '../front/opener.ts';
import type { Verdict } from '../schemathesis.ts';
import type { Oracle } from './oracle.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Tests that speak to Portico itself, and why. The list may only shrink. */
export const direct: Readonly<Record<string, string>> = {
  'src/contexts/identity/login-storm.api.test.ts': 'measures times, to which the oracle would add its own',
  'contract-tests/raw-sockets.test.ts': 'writes its bytes to sockets of its own: no client would send them',
  'src/http/methods.test.ts': 'opens its own sockets for every request: fetch sends neither TRACE nor CONNECT',
};

/** Test files that start a whole Portico, themselves or as the world of a walk. */
export function httpTests(): string[] {
  return globSync(['src/**/*.test.ts', 'contract-tests/**/*.test.ts'], { cwd: root })
    .filter((file) => direct[file] === undefined)
    .filter((file) => /\b(?:startPortico|createWorld)\(/.test(readFileSync(join(root, file), 'utf8')))
    .toSorted();
}

/** The part of Jest's `--json` report that is counted. */
interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** One test per file: it passed, and the oracle judged something of it. */
export async function watchTests(
  oracle: Oracle,
  reportFile: string,
  files: readonly string[] = httpTests(),
): Promise<Verdict> {
  const opener = await startOpener(async ({ target, test }) => {
    const post = await oracle.standBefore(target, relative(root, test));
    // Sockets that a test opens itself say what no proxy would pass on: they go past the oracle, and are counted.
    return { ...post, port: Number(new URL(target).port) };
  });
  try {
    const child = spawn(
      process.execPath,
      [
        ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'],
        ...['--json', `--outputFile=${reportFile}`, '--runTestsByPath', ...files],
      ],
      // With --json Jest writes the report to stdout as well.
      {
        cwd: root,
        env: { ...process.env, PORTICO_TEST_FRONT: opener.url },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    await once(child, 'exit');
  } finally {
    await opener.close();
  }
  if (!existsSync(reportFile)) return { passed: 0, failures: ['Jest ended without a report'], summary: 'no report' };
  return judge(JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport, files, oracle);
}

function judge({ testResults }: JestReport, files: readonly string[], oracle: Oracle): Verdict {
  const { bySender } = oracle.judged();
  const failures = files.flatMap((file) => {
    const result = testResults.find(({ name }) => relative(root, name) === file);
    if (result === undefined) return [`${file} was not run`];
    const broken = result.assertionResults.filter(({ status }) => status !== 'passed');
    if (broken.length > 0) return [`${file}: ${broken.map(({ fullName }) => fullName).join('; ')}`];
    if (result.assertionResults.length === 0) return [`${file}: ${result.message}`];
    return bySender.has(file) ? [] : [`${file} sent nothing through the oracle`];
  });
  const tests = testResults.reduce((sum, { assertionResults }) => sum + assertionResults.length, 0);
  const requests = files.reduce((sum, file) => sum + (bySender.get(file) ?? 0), 0);
  return {
    passed: files.length - failures.length,
    failures,
    summary:
      `${tests} tests in ${files.length} files sent ${requests} requests through the oracle, ` +
      `${Object.keys(direct).length} files went direct`,
  };
}
