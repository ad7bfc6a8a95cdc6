import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assemble } from './assemble.ts';
import { bundleDocuments, DocumentError, readSources, type Sources } from './bundle.ts';
import { compileValidators } from './compile.ts';
import { operationsOf, type Document } from './document.ts';
import { subset } from './emit-documents.ts';
import { emitRoutes, emitValidatorTypes } from './emit-routes.ts';
import { emitTraits, emitTypes } from './emit-types.ts';
import { lintDocuments } from './lint.ts';

export interface RunOptions {
  readonly root: string;
  /**
   * `build` makes src/contract/generated; `write` also rewrites openapi/portico.json and the index's list of paths, and
   * lints; `check` compares and lints, and writes nothing but src/contract/generated.
   */
  readonly mode: 'build' | 'write' | 'check';
}

/** Runs the pipeline and prints what it did; the result is the exit code. */
export async function run({ root, mode }: RunOptions): Promise<number> {
  const started = performance.now();
  try {
    const sources = await readSources(join(root, 'openapi'));
    const document = await bundleDocuments(sources);
    if (mode === 'check') await requireCurrent(root, sources, document);
    const files = await generate(root, document, sources);
    await replaceFiles(join(root, 'src/contract/generated'), files);
    if (mode === 'write') await writeContract(root, sources, document);
    if (mode !== 'build') await requireClean(sources, document);
    console.log(summary(document, sources, performance.now() - started, mode));
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(
      error instanceof DocumentError ? error.message : `The contract could not be generated. ${error.message}`,
    );
    return 1;
  }
}

async function requireClean(sources: Sources, document: Document): Promise<void> {
  const problems = await lintDocuments(sources, document);
  if (problems.length === 0) return;
  throw new DocumentError(
    `${problems.join('\n')}\n\nThe contract breaks its rules (openapi/redocly.yaml): ${problems.length}.`,
  );
}

/** File names below src/contract/generated and their text. */
async function generate(root: string, document: Document, sources: Sources): Promise<Map<string, string>> {
  const assembly = assemble(document, sources.contexts);
  const { schemas, requestSchemas, routes } = assembly;
  const [types, validators, requestErrors] = await Promise.all([
    emitTypes(document),
    compileValidators(schemas, { root, names: schemas.keys(), allErrors: false }),
    compileValidators(schemas, { root, names: requestSchemas, allErrors: true }),
  ]);
  const partner = subset(document, (_, { internal }) => !internal);
  const contexts = [...new Set(sources.contexts.values())];
  return new Map([
    ['types.ts', types],
    ['traits.ts', emitTraits(routes)],
    ['routes.ts', emitRoutes(assembly)],
    ['validators.js', validators],
    ['validators.d.ts', emitValidatorTypes(schemas.keys())],
    ['request-errors.js', requestErrors],
    ['request-errors.d.ts', emitValidatorTypes(requestSchemas)],
    ['documents/complete.json', json(document)],
    ['documents/openapi.json', json(partner)],
    ...contexts.map((context): [string, string] => [
      `documents/${context}.json`,
      json(
        titled(
          subset(partner, (path) => sources.contexts.get(path) === context),
          context,
        ),
      ),
    ]),
  ]);
}

/** Makes the directory hold exactly these files. Each appears whole: a process that starts meanwhile never reads half. */
async function replaceFiles(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, text] of files) await replaceFile(join(directory, name), text);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const kept = new Set([...files.keys()].map((name) => join(directory, name)));
  // What ends in .tmp may be about to be put in place by another generator.
  const stale = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !kept.has(file));
  await Promise.all(stale.map((file) => rm(file, { force: true })));
}

async function replaceFile(file: string, text: string): Promise<void> {
  if ((await textOf(file)) === text) return;
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, file);
}

/** The file's text, or undefined if there is none. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeContract(root: string, sources: Sources, document: Document): Promise<void> {
  await replaceFile(sources.indexFile, sources.index);
  await replaceFile(join(root, 'openapi/portico.json'), committedBundle(document));
}

async function requireCurrent(root: string, sources: Sources, document: Document): Promise<void> {
  if (sources.index !== sources.writtenIndex) {
    throw new DocumentError(
      'The list of paths in openapi/openapi.yaml is stale: run "npm run contract" and commit it.',
    );
  }
  if ((await textOf(join(root, 'openapi/portico.json'))) !== committedBundle(document)) {
    throw new DocumentError('openapi/portico.json is stale: run "npm run contract" and commit it with the documents.');
  }
}

function committedBundle(document: Document): string {
  return json(subset(document, (_, { internal }) => !internal));
}

function titled(document: Document, context: string): Document {
  return { ...document, info: { ...document.info, title: `${String(document.info['title'])}: ${context}` } };
}

function json(document: Document): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function summary(document: Document, sources: Sources, milliseconds: number, mode: RunOptions['mode']): string {
  const operations = operationsOf(document).length;
  const wrote =
    mode === 'write' ? ' and openapi/portico.json' : mode === 'check' ? '; openapi/portico.json is current' : '';
  return (
    `Contract: ${operations} operations on ${sources.contexts.size} paths, ` +
    `src/contract/generated${wrote} (${Math.round(milliseconds)} ms).`
  );
}
