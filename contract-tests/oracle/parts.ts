/**
 * The document in parts. express-openapi-validator compiles a schema for every operation, status and media type, and Ajv
 * reads all components for each of them: over the whole document that took 0.7 s for a request of a new form.
 */
import { componentName } from '../document.ts';
import type { OpenApiDocument } from '../document.ts';

/**
 * What decides to which part a path belongs: its first three segments, `/api/v1/teams`. Paths of which one could be taken
 * for another are in one part, so that the choice between them stays the validator's.
 */
export function partKey(path: string): string {
  return path.split('/', 4).join('/');
}

/** @returns documents by key: each path is in exactly one, with the components it reaches. */
export function partsOf(document: OpenApiDocument): ReadonlyMap<string, OpenApiDocument> {
  const names = Map.groupBy(Object.keys(document.paths), partKey);
  return new Map([...names].map(([key, paths]) => [key, partOf(document, paths)]));
}

/** Components keep their order: the validator treats a choice by what it has seen before it. */
function partOf(document: OpenApiDocument, names: readonly string[]): OpenApiDocument {
  const paths = Object.fromEntries(names.map((name) => [name, document.paths[name] ?? {}]));
  const references = referencesFrom(document, paths);
  const components = Object.fromEntries(
    Object.entries(document.components).map(([kind, named]) => [
      kind,
      // Security schemes are named by requirements, without a reference.
      kind === 'securitySchemes'
        ? named
        : Object.fromEntries(
            Object.entries(named ?? {}).filter(([name]) => references.has(`#/components/${kind}/${name}`)),
          ),
    ]),
  );
  return { ...document, paths, components };
}

/** Every reference in `value`, and in what it refers to. */
function referencesFrom(document: OpenApiDocument, value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return found;
  if ('$ref' in value && typeof value.$ref === 'string' && !found.has(value.$ref)) {
    found.add(value.$ref);
    const { kind, name } = componentName(value.$ref);
    referencesFrom(document, document.components[kind]?.[name], found);
  }
  for (const inner of Object.values(value)) referencesFrom(document, inner, found);
  return found;
}
