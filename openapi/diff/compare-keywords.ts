import type { Schema } from '../../src/contract/generator/document.ts';

/** `narrower`: some values are no longer valid; `wider`: some are new; `different`: both, or nobody can tell. */
export type Effect = 'narrower' | 'wider' | 'different';

export interface Change {
  readonly effect: Effect;
  /** Continues a sentence that begins with the place: `takes at most 10 (maxLength) instead of 20`. */
  readonly text: string;
}

/** Say nothing about validity. */
const annotations = new Set([
  ...['title', 'description', 'example', 'examples', 'deprecated', '$comment', 'externalDocs', 'readOnly', 'writeOnly'],
  ...['$ref'],
]);
/** Looked at by compare-schemas.ts. */
const structure = ['properties', 'required', 'items', 'oneOf', 'anyOf', 'allOf', 'propertyNames', 'contentSchema'];
const upper = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const lower = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const judged = new Set([
  ...[...structure, ...upper, ...lower],
  ...['type', 'enum', 'const', 'format', 'pattern', 'uniqueItems', 'additionalProperties', 'default', 'discriminator'],
]);

/** What changed between two schemas of one place, apart from their subschemas. Keywords unknown to it are `different`. */
export function keywordChanges(old: Schema, next: Schema): Change[] {
  const others = new Set([...Object.keys(old), ...Object.keys(next)]);
  return [
    ...typeChanges(old, next),
    ...valueChanges(old, next),
    ...upper.flatMap((keyword) => boundChanges(old, next, keyword, Infinity, (from, to) => to < from)),
    ...lower.flatMap((keyword) =>
      boundChanges(old, next, keyword, keyword.endsWith('imum') ? -Infinity : 0, (from, to) => to > from),
    ),
    ...formatChanges(old, next),
    ...presence(old, next, 'pattern'),
    ...presence(old, next, 'uniqueItems', false),
    ...opennessChanges(old, next),
    ...defaultChanges(old, next),
    ...discriminatorChanges(old, next),
    ...[...others]
      .filter((keyword) => !judged.has(keyword) && !annotations.has(keyword) && !keyword.startsWith('x-'))
      .filter((keyword) => !same(old[keyword], next[keyword]))
      .map((keyword): Change => ({ effect: 'different', text: `says something else in ${keyword}` })),
  ];
}

function typeChanges(old: Schema, next: Schema): Change[] {
  const [before, after] = [typesOf(old), typesOf(next)];
  if (before === null && after === null) return [];
  const takes = (types: string[] | null, type: string): boolean =>
    types === null || types.includes(type) || (type === 'integer' && types.includes('number'));
  const lost = (before ?? ['any']).filter((type) => !takes(after, type));
  const gained = (after ?? ['any']).filter((type) => !takes(before, type));
  return twoSided(lost, gained, 'type');
}

function typesOf({ type }: Schema): string[] | null {
  return type === undefined ? null : Array.isArray(type) ? type : [type];
}

function valueChanges(old: Schema, next: Schema): Change[] {
  const [before, after] = [valuesOf(old), valuesOf(next)];
  if (before === null && after === null) return [];
  if (before === null) return [{ effect: 'narrower', text: 'takes only listed values now' }];
  if (after === null) return [{ effect: 'wider', text: 'is no longer limited to listed values' }];
  return twoSided(
    before.filter((value) => !after.includes(value)),
    after.filter((value) => !before.includes(value)),
    'value',
  );
}

function valuesOf(schema: Schema): string[] | null {
  if ('const' in schema) return [JSON.stringify(schema['const'])];
  return Array.isArray(schema['enum']) ? schema['enum'].map((value) => JSON.stringify(value)) : null;
}

function twoSided(lost: readonly string[], gained: readonly string[], noun: string): Change[] {
  return [
    ...lost.map((name): Change => ({ effect: 'narrower', text: `lost the ${noun} ${name}` })),
    ...gained.map((name): Change => ({ effect: 'wider', text: `has a new ${noun} ${name}` })),
  ];
}

function boundChanges(
  old: Schema,
  next: Schema,
  keyword: string,
  none: number,
  tighter: (from: number, to: number) => boolean,
): Change[] {
  const [from, to] = [old[keyword] ?? none, next[keyword] ?? none];
  if (typeof from !== 'number' || typeof to !== 'number' || from === to) return [];
  const effect = tighter(from, to) ? 'narrower' : 'wider';
  return [{ effect, text: `has ${keyword} ${to} instead of ${from}` }];
}

const contains: Readonly<Record<string, readonly string[]>> = { int64: ['int32'], double: ['float'] };

function formatChanges(old: Schema, next: Schema): Change[] {
  const [from, to] = [old.format, next.format];
  if (from === undefined || to === undefined || from === to) return presence(old, next, 'format');
  const text = `has the format ${to} instead of ${from}`;
  if (contains[to]?.includes(from)) return [{ effect: 'wider', text }];
  return [{ effect: contains[from]?.includes(to) ? 'narrower' : 'different', text }];
}

/** A keyword that only takes away: new is narrower, gone is wider, another value cannot be judged. */
function presence(old: Schema, next: Schema, keyword: string, absent?: unknown): Change[] {
  const [from, to] = [old[keyword] ?? absent, next[keyword] ?? absent];
  if (same(from, to)) return [];
  if (from === absent) return [{ effect: 'narrower', text: `has a ${keyword} now` }];
  if (to === absent) return [{ effect: 'wider', text: `has no ${keyword} any more` }];
  return [{ effect: 'different', text: `has another ${keyword}` }];
}

/** Only for requests does it matter: callers must bear new properties in answers. */
function opennessChanges(old: Schema, next: Schema): Change[] {
  const [closedBefore, closedNow] = [old['additionalProperties'] === false, next['additionalProperties'] === false];
  if (closedBefore === closedNow || closedBefore) return [];
  return [{ effect: 'narrower', text: 'refuses further properties now' }];
}

/** A caller who left the value out now gets another behaviour. */
function defaultChanges(old: Schema, next: Schema): Change[] {
  if (old.default === undefined || same(old.default, next.default)) return [];
  return [
    {
      effect: 'narrower',
      text: `has the default ${JSON.stringify(next.default)} instead of ${JSON.stringify(old.default)}`,
    },
  ];
}

function discriminatorChanges(old: Schema, next: Schema): Change[] {
  if (old.discriminator?.propertyName === next.discriminator?.propertyName) return [];
  return [{ effect: 'different', text: 'is told apart by another property (discriminator)' }];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
