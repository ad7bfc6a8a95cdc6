import { methods, type Components, type Document, type PathItemObject } from './document.ts';

/** The document with only the operations that `keep` accepts, and only the components and tags these use. */
export function subset(
  document: Document,
  keep: (path: string, operation: { internal: boolean }) => boolean,
): Document {
  const paths: Record<string, PathItemObject> = {};
  for (const [path, item] of Object.entries(document.paths)) {
    const kept: PathItemObject = item.parameters === undefined ? {} : { parameters: item.parameters };
    for (const method of methods) {
      const operation = item[method];
      if (operation !== undefined && keep(path, { internal: operation['x-internal'] ?? false }))
        kept[method] = operation;
    }
    if (methods.some((method) => kept[method] !== undefined)) paths[path] = kept;
  }
  const used = tagsOf(paths);
  const ids = operationIdsOf(paths);
  const copy = withoutDanglingLinks({ ...document, paths }, ids);
  return {
    ...copy,
    ...(document.tags === undefined ? {} : { tags: document.tags.filter((tag) => used.has(tag.name)) }),
    components: usedComponents(copy),
  };
}

function tagsOf(paths: Document['paths']): Set<string> {
  return new Set(Object.values(paths).flatMap((item) => methods.flatMap((method) => item[method]?.tags ?? [])));
}

function operationIdsOf(paths: Document['paths']): Set<string> {
  return new Set(Object.values(paths).flatMap((item) => methods.flatMap((method) => item[method]?.operationId ?? [])));
}

/** Links to operations that are not in this document would make it invalid. */
function withoutDanglingLinks(document: Document, ids: ReadonlySet<string>): Document {
  const copy = structuredClone(document);
  for (const item of Object.values(copy.paths)) {
    for (const method of methods) {
      for (const response of Object.values(item[method]?.responses ?? {})) {
        if ('$ref' in response || response.links === undefined) continue;
        const links = Object.entries(response.links).filter(
          ([, link]) => '$ref' in link || link.operationId === undefined || ids.has(link.operationId),
        );
        response.links = Object.fromEntries(links);
      }
    }
  }
  return copy;
}

/** Components reachable from the paths, plus every security scheme. */
function usedComponents({ paths, webhooks, components }: Document): Components {
  const reached = new Set<string>();
  const queue: unknown[] = [paths, webhooks];
  while (queue.length > 0) {
    const value = queue.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, item] of Object.entries(value)) {
      if (typeof item === 'string' && isComponentReference(key, item) && !reached.has(item)) {
        reached.add(item);
        const [, , kind = '', name = ''] = item.split('/');
        queue.push((components as Record<string, Record<string, unknown> | undefined>)[kind]?.[name]);
      }
      queue.push(item);
    }
  }
  const kinds = Object.entries(components as Record<string, Record<string, unknown>>).map(([kind, members]) => [
    kind,
    kind === 'securitySchemes'
      ? members
      : Object.fromEntries(Object.entries(members).filter(([name]) => reached.has(`#/components/${kind}/${name}`))),
  ]);
  return Object.fromEntries(kinds.filter(([, members]) => Object.keys(members ?? {}).length > 0)) as Components;
}

// Discriminator mappings hold references under arbitrary keys.
function isComponentReference(key: string, value: string): boolean {
  return value.startsWith('#/components/') && (key === '$ref' || /^#\/components\/schemas\/[A-Za-z0-9]+$/.test(value));
}
