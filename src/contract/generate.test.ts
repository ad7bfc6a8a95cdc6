import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

// Each run starts a process that bundles, lints and compiles: seconds, on a busy machine many.
jest.setTimeout(120_000);

const repository = join(import.meta.dirname, '../..');

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs the generator of the copy in `root` as npm would. */
function generate(root: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/contract/generate.ts', ...args], { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: `${stdout}${stderr}` });
    });
  });
}

async function emptyRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'portico-generate-'));
  await mkdir(join(root, 'src/contract'), { recursive: true });
  return root;
}

describe('without development packages', () => {
  let root: string;

  beforeEach(async () => {
    root = await emptyRoot();
    await copyFile(join(repository, 'src/contract/generate.ts'), join(root, 'src/contract/generate.ts'));
  });

  afterEach(() => rm(root, { recursive: true }));

  test('an install keeps what the build made', async () => {
    await mkdir(join(root, 'src/contract/generated'));
    await writeFile(join(root, 'src/contract/generated/routes.ts'), '');
    const { code, output } = await generate(root);
    expect(output).toMatch(
      /^The contract stays as it was built: \S+ is a development package and is not installed\.\n$/,
    );
    expect(code).toBe(0);
  });

  test('an install with nothing built fails and says what to do', async () => {
    const { code, output } = await generate(root);
    expect(output).toContain('Run "npm ci" with development packages first');
    expect(code).toBe(1);
  });

  test('a check fails and says what to do', async () => {
    const { code, output } = await generate(root, '--check');
    expect(output).toContain('Run "npm ci" with development packages.');
    expect(code).toBe(1);
  });
});

describe('with the documents', () => {
  let root: string;
  let bundle: string;

  beforeAll(async () => {
    root = await emptyRoot();
    const generated = join(repository, 'src/contract/generated');
    await cp(join(repository, 'src/contract'), join(root, 'src/contract'), {
      recursive: true,
      filter: (source) => source !== generated,
    });
    await cp(join(repository, 'openapi'), join(root, 'openapi'), { recursive: true });
    await copyFile(join(repository, 'package.json'), join(root, 'package.json'));
    await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
    await generate(root, '--write-bundle');
    bundle = await readFile(join(root, 'openapi/portico.json'), 'utf8');
  });

  afterAll(() => rm(root, { recursive: true }));

  /** Runs `work` with one file changed, and puts the file back. */
  async function withChange(name: string, change: (text: string) => string, work: () => Promise<void>): Promise<void> {
    const file = join(root, 'openapi', name);
    const text = await readFile(file, 'utf8');
    expect(change(text)).not.toBe(text);
    await writeFile(file, change(text));
    try {
      await work();
    } finally {
      await writeFile(file, text);
      await writeFile(join(root, 'openapi/portico.json'), bundle);
    }
  }

  test('what was just written is not stale', async () => {
    const { output } = await generate(root, '--check');
    expect(output).not.toContain('stale');
    await expect(readFile(join(root, 'openapi/portico.json'), 'utf8')).resolves.toBe(bundle);
  });

  test('a document changed without its bundle fails the check', async () => {
    await withChange(
      'common.yaml',
      (text) => text.replace('default: 20', 'default: 25'),
      async () => {
        const { code, output } = await generate(root, '--check');
        expect(output).toContain(
          'openapi/portico.json is stale: run "npm run contract" and commit it with the documents.',
        );
        expect(code).toBe(1);
      },
    );
  });

  test('a path that the index lacks fails the check', async () => {
    const withoutPath = (text: string) => text.replace(/ {2}\/health\/live:\n {4}\$ref:.*\n/, '');
    await withChange('openapi.yaml', withoutPath, async () => {
      const { code, output } = await generate(root, '--check');
      expect(output).toContain('The list of paths in openapi/openapi.yaml is stale');
      expect(code).toBe(1);
    });
  });

  test('a broken rule fails with file, line, rule and reason', async () => {
    await withChange(
      'common.yaml',
      (text) => text.replace('maximum: 100\n', 'maximum: 1000\n'),
      async () => {
        const { code, output } = await generate(root, '--write-bundle');
        expect(output).toMatch(/^openapi\/\w+\.yaml:\d+:\d+ portico\/list-shape A list takes limit, 1 to 100/m);
        expect(code).toBe(1);
      },
    );
  });
});
