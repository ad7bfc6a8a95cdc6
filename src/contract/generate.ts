// The command behind `npm run contract`, `npm run contract:check` and the postinstall step. See docs/adding-an-operation.md.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '../..');

/** Without the development packages nothing can be generated: a production install carries what the build made. */
function missingPackage(): string | undefined {
  return ['ajv', 'esbuild', 'openapi-typescript', '@redocly/openapi-core'].find((name) => {
    try {
      import.meta.resolve(name);
      return false;
    } catch {
      return true;
    }
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { 'write-bundle': { type: 'boolean' }, check: { type: 'boolean' } } });
  const missing = missingPackage();
  if (missing === undefined) {
    const { run } = await import('./generator/run.ts');
    const code = await run({ root, mode: values.check ? 'check' : values['write-bundle'] ? 'write' : 'build' });
    if (code === 0 && values['write-bundle']) (await import('../../gateway/write-example.ts')).writeExample();
    return code;
  }
  if (values.check || values['write-bundle']) {
    console.error(
      `The contract cannot be generated: ${missing} is not installed. Run "npm ci" with development packages.`,
    );
    return 1;
  }
  if (existsSync(join(import.meta.dirname, 'generated/routes.ts'))) {
    console.log(`The contract stays as it was built: ${missing} is a development package and is not installed.`);
    return 0;
  }
  console.error(
    `src/contract/generated/ is missing and cannot be made, because ${missing} is not installed. ` +
      'Run "npm ci" with development packages first; afterwards "npm prune --omit=dev" keeps what was made.',
  );
  return 1;
}

process.exitCode = await main();
