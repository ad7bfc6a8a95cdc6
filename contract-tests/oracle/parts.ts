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

function partOf(document: OpenApiDocument, names: readonly string[]): OpenApiDocument {
  const paths = Object.fromEntries(names.map((name) => [name, document.paths[name] ?? {}]));
  // Security schemes are named by requirements, without a reference.
  const components: Record<string, Record<string, unknown>> = {
    securitySchemes: { ...document.components['securitySchemes'] },
  };
  for (const [reference, component] of reached(document, paths)) {
    const { kind, name } = componentName(reference);
    (components[kind] ??= {})[name] = component;
  }
  return { ...document, paths, components };
}

/** Every component that `value` refers to, also through others, by its reference. */
function reached(document: OpenApiDocument, value: unknown, found = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return found;
  if ('$ref' in value && typeof value.$ref === 'string' && !found.has(value.$ref)) {
    const { kind, name } = componentName(value.$ref);
    const component = document.components[kind]?.[name];
    if (component === undefined) throw new Error(`${value.$ref} does not exist in the bundle`);
    found.set(value.$ref, component);
    reached(document, component, found);
  }
  for (const inner of Object.values(value)) reached(document, inner, found);
  return found;
}
