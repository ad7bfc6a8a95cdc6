import { expect, test } from '@jest/globals';

import { readDocument } from '../document.ts';
import type { OpenApiDocument } from '../document.ts';
import { partKey, partsOf } from './parts.ts';

const document = readDocument();
const parts = [...partsOf(document)];

/** What a reader of the document finds behind every reference, so that two documents can be compared path by path. */
function followed(text: OpenApiDocument, value: unknown, within: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item) => followed(text, item, within));
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value && typeof value.$ref === 'string') {
    const reference = value.$ref;
    if (within.includes(reference)) return reference;
    const found = reference
      .split('/')
      .slice(1)
      .reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], text);
    if (found === undefined) throw new Error(`${reference} leads nowhere`);
    return followed(text, found, [...within, reference]);
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, followed(text, inner, within)]));
}

test('each path is in exactly one part, the one where it is looked for', () => {
  expect(parts.flatMap(([, { paths }]) => Object.keys(paths)).toSorted()).toEqual(
    Object.keys(document.paths).toSorted(),
  );
  for (const [key, { paths }] of parts) expect(new Set(Object.keys(paths).map(partKey))).toEqual(new Set([key]));
});

test('a part says of its paths what the document says', () => {
  for (const [, part] of parts) {
    for (const [path, item] of Object.entries(part.paths)) {
      expect(followed(part, item)).toEqual(followed(document, document.paths[path]));
    }
    expect(part.components['securitySchemes']).toEqual(document.components['securitySchemes']);
  }
});
