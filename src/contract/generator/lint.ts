import { join, dirname } from 'node:path';
import { lintFromString, loadConfig } from '@redocly/openapi-core';
import { describeProblem, type Sources } from './bundle.ts';

/** Every breach of openapi/redocly.yaml in the documents, one line each. Warnings count: there is no second class. */
export async function lintDocuments(sources: Sources): Promise<string[]> {
  const config = await loadConfig({ configPath: join(dirname(sources.indexFile), 'redocly.yaml') });
  const problems = await lintFromString({ source: sources.index, absoluteRef: sources.indexFile, config });
  return problems.filter((problem) => problem.ignored !== true).map(describeProblem);
}
