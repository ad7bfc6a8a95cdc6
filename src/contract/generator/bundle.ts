import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import {
  bundleFromString,
  createConfig,
  getLineColLocation,
  parseYaml,
  type NormalizedProblem,
} from '@redocly/openapi-core';
import type { Document } from './document.ts';

/** Why no document could be made; the message names file, line and reason. */
export class DocumentError extends Error {}

/** Paths and components of one context, as written. */
export interface ContextDocument {
  readonly paths?: Readonly<Record<string, unknown>> | null;
  readonly components?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>> | null;
}

export interface Sources {
  /** openapi/openapi.yaml with the list of paths as the context documents have it now. */
  readonly index: string;
  /** The index as it stands in the file. */
  readonly writtenIndex: string;
  readonly indexFile: string;
  /** The context documents by file name without `.yaml`. */
  readonly documents: ReadonlyMap<string, ContextDocument>;
  /** Which context each path belongs to: `identity` owns openapi/identity.yaml and every openapi/identity.<theme>.yaml. */
  readonly contexts: ReadonlyMap<string, string>;
}

const shared = new Set(['openapi.yaml', 'common.yaml', 'redocly.yaml']);

/** Reads the context documents and brings the index's list of paths up to date in memory. */
export async function readSources(directory: string): Promise<Sources> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.yaml') && !shared.has(file)).sort();
  const documents = new Map<string, ContextDocument>();
  const places = new Map<string, string>();
  for (const file of files) {
    const name = basename(file, '.yaml');
    const document = parsed(await readFile(join(directory, file), 'utf8'), file);
    documents.set(name, document);
    for (const path of Object.keys(document.paths ?? {})) {
      const other = places.get(path);
      if (other !== undefined)
        throw new DocumentError(`${path} stands in openapi/${file} and in openapi/${other}.yaml.`);
      places.set(path, name);
    }
  }
  const indexFile = join(directory, 'openapi.yaml');
  const writtenIndex = await readFile(indexFile, 'utf8');
  const contexts = new Map([...places].map(([path, name]) => [path, name.replace(/\..*$/, '')]));
  return { index: withPaths(writtenIndex, places), writtenIndex, indexFile, documents, contexts };
}

function parsed(text: string, file: string): ContextDocument {
  try {
    const document: unknown = parseYaml(text);
    if (typeof document !== 'object' || document === null) throw new Error('it holds no mapping');
    return document;
  } catch (error) {
    throw new DocumentError(
      `openapi/${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function withPaths(index: string, places: ReadonlyMap<string, string>): string {
  const list = [...places].map(([path, file]) => {
    const pointer = path.replaceAll('~', '~0').replaceAll('/', '~1');
    return `  ${path}:\n    $ref: ${file}.yaml#/paths/${pointer}\n`;
  });
  const written = /^paths:.*\n(?:[ \t].*\n|\n)*/m;
  if (!written.test(index)) throw new DocumentError('openapi/openapi.yaml has no "paths:" to list the paths under.');
  return index.replace(written, () => `paths:\n${list.join('')}`);
}

/** One document out of all. A name that two documents give to different things is an error, never a silent rename. */
export async function bundleDocuments(sources: Sources): Promise<Document> {
  const { bundle, problems } = await bundleFromString({
    source: sources.index,
    absoluteRef: sources.indexFile,
    config: await createConfig({}),
    componentRenamingConflicts: 'error',
  });
  if (problems.length > 0) throw new DocumentError(essential(problems).join('\n'));
  return JSON.parse(JSON.stringify(bundle.parsed)) as Document;
}

/** A file that is not YAML also breaks every reference into it: only the cause is worth reading. */
function essential(problems: readonly NormalizedProblem[]): string[] {
  const unreadable = problems.filter((problem) => problem.message.startsWith('Failed to parse'));
  return [...new Set((unreadable.length > 0 ? unreadable : problems).map(describeProblem))];
}

/** `openapi/rewards.yaml:12:5 rule-name what is wrong`. */
export function describeProblem(problem: NormalizedProblem): string {
  const [first] = problem.location;
  if (first === undefined) return `${problem.ruleId} ${problem.message}`;
  const { source, start } = getLineColLocation(first);
  // Redocly does not say which reference it could not follow.
  const text = problem.message.endsWith('$ref') ? ` (${source.getLines()[start.line - 1]?.trim() ?? ''})` : '';
  const file = relative(process.cwd(), source.absoluteRef);
  return `${file}:${start.line}:${start.col} ${problem.ruleId} ${problem.message}${text}`;
}
