import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import type { Schema } from './document.ts';
import { annotationFormats, stringFormats } from './formats.ts';

const codePoints = fileURLToPath(new URL('code-points.ts', import.meta.url));

export interface CompileOptions {
  /** The directory whose node_modules holds Ajv's run-time pieces, which are copied into the output. */
  readonly root: string;
  /** The validators to export; what they refer to comes along unexported. */
  readonly names: Iterable<string>;
  /** Collect every error instead of stopping at the first: costly on hostile input, so only for a second look. */
  readonly allErrors: boolean;
}

/** JavaScript with one exported validator per name: no imports, no `eval`, nothing left to compile at run time. */
export async function compileValidators(
  schemas: ReadonlyMap<string, Schema>,
  options: CompileOptions,
): Promise<string> {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    discriminator: true,
    allErrors: options.allErrors,
    inlineRefs: false,
    messages: false,
    formats: {
      ...stringFormats,
      ...Object.fromEntries(annotationFormats.map((format) => [format, true as const])),
    },
    code: { source: true, esm: true, optimize: 2 },
  });
  for (const [name, schema] of schemas) ajv.addSchema({ ...schema, $id: name });
  const source = standalone.default(ajv, Object.fromEntries([...options.names].map((name) => [name, name])));
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: options.root, loader: 'js' },
    bundle: true,
    alias: { 'ajv/dist/runtime/ucs2length': codePoints },
    format: 'esm',
    platform: 'node',
    target: 'node24',
    treeShaking: true,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    charset: 'utf8',
    write: false,
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild gave no output.');
  return file.text;
}
