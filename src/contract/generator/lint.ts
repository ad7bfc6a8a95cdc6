import { dirname, join } from 'node:path';
import { lintFromString, loadConfig } from '@redocly/openapi-core';
import { describeProblem, type Sources } from './bundle.ts';
import type { Components, Document } from './document.ts';

/** Every breach of openapi/redocly.yaml in the documents, one line each. Warnings count: there is no second class. */
export async function lintDocuments(sources: Sources, bundle: Document): Promise<string[]> {
  const config = await loadConfig({ configPath: join(dirname(sources.indexFile), 'redocly.yaml') });
  const problems = await lintFromString({ source: sources.index, absoluteRef: sources.indexFile, config });
  return [...problems.filter((problem) => problem.ignored !== true).map(describeProblem), ...unused(sources, bundle)];
}

/** Components of the context documents that nothing refers to: bundling drops them silently, and linting never sees them. */
function unused({ documents }: Sources, { components }: Document): string[] {
  return [...documents].flatMap(([context, document]) =>
    Object.entries(document.components ?? {}).flatMap(([kind, members]) => {
      const reached = components[kind as keyof Components] ?? {};
      return Object.keys(members ?? {})
        .filter((name) => !(name in reached))
        .map((name) => `openapi/${context}.yaml no-unused-components components/${kind}/${name} is used nowhere.`);
    }),
  );
}
