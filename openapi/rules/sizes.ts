import type { Schema } from '../../src/contract/generator/document.ts';
import { typesOf } from './types.ts';
import type { ParameterView, SchemaView } from './view.ts';

// A character that JSON writers may escape as a surrogate pair, and that a URL carries as four encoded bytes.
const worstCharacter = 12;

/** Bytes of the largest JSON text that the schema accepts, without whitespace; Infinity when there is no limit. */
export function largestJson(view: SchemaView, within: readonly object[] = []): number {
  const { schema } = view;
  if (within.includes(schema)) return Infinity;
  const inner = [...within, schema];
  const sizeOf = (nested: unknown): number =>
    typeof nested === 'object' && nested !== null ? largestJson(view.resolve(nested as Schema), inner) : Infinity;
  const branches = [schema.oneOf ?? [], schema['anyOf'] ?? []].flat() as unknown[];
  if (branches.length > 0) return Math.max(...branches.map(sizeOf));
  if ('const' in schema) return jsonLength(schema['const']);
  if (Array.isArray(schema['enum'])) return Math.max(...schema['enum'].map(jsonLength));
  const sizes = typesOf(schema).map((type) => {
    switch (type) {
      case 'string':
        return 2 + Number(schema['maxLength'] ?? Infinity) * jsonBytes(view);
      case 'integer':
        return Math.max(String(schema['minimum']).length, String(schema['maximum']).length);
      case 'number':
        return 25;
      case 'array':
        return 2 + Number(schema['maxItems'] ?? Infinity) * (1 + sizeOf(schema.items));
      case 'object':
        return 2 + objectSize(view, sizeOf);
      default:
        return 5;
    }
  });
  return Math.max(0, ...sizes);
}

function objectSize({ schema }: SchemaView, sizeOf: (nested: unknown) => number): number {
  const fields = Object.entries(schema.properties ?? {}).map(([name, value]) => jsonLength(name) + 2 + sizeOf(value));
  const parts = ((schema['allOf'] ?? []) as unknown[]).map(sizeOf);
  const map = schema['additionalProperties'];
  const entries =
    typeof map === 'object'
      ? Number(schema['maxProperties'] ?? Infinity) * (2 + sizeOf(schema['propertyNames']) + sizeOf(map))
      : 0;
  return [...fields, ...parts, entries].reduce((sum, size) => sum + size, 0);
}

/** Bytes of the longest query string that these parameters accept. */
export function largestQuery(parameters: readonly ParameterView[]): number {
  return parameters.reduce((sum, { name, schema: view }) => {
    const { schema } = view;
    const array = typesOf(schema).includes('array') && schema.items !== undefined;
    const value = array ? view.resolve(schema.items ?? {}) : view;
    const count = array ? Number(schema['maxItems'] ?? Infinity) : 1;
    return sum + count * (2 + name.length + textSize(value));
  }, 0);
}

/** Bytes of the longest value of a header parameter. */
export function largestHeader({ schema }: ParameterView): number {
  return textSize(schema);
}

function textSize(view: SchemaView): number {
  const { schema } = view;
  if (!typesOf(schema).includes('string')) return 25;
  if ('const' in schema) return encodedLength(schema['const']);
  if (Array.isArray(schema['enum'])) return Math.max(...schema['enum'].map(encodedLength));
  const bytes = { plain: 1, ascii: 3, any: worstCharacter }[alphabetOf(view)];
  return Number(schema['maxLength'] ?? Infinity) * bytes;
}

function jsonBytes(view: SchemaView): number {
  return { plain: 1, ascii: 2, any: worstCharacter }[alphabetOf(view)];
}

/**
 * The characters a string may have: `plain` need no escape in JSON nor in a URL, `ascii` may. Judged by how the pattern is
 * written: a negated class, a dot or an escaped class lets anything through.
 */
function alphabetOf({ schema }: SchemaView): 'plain' | 'ascii' | 'any' {
  if (schema.format !== undefined && schema.format in plainFormats) return plainFormats[schema.format] ?? 'any';
  const pattern = schema['pattern'];
  if (typeof pattern !== 'string') return 'any';
  if (/\[\^|\\[WDSwds]|\\u|[^\u0020-\u007e]/.test(pattern)) return 'any';
  const outsideClasses = pattern.replaceAll(/\[[^\]]*\]/g, '').replaceAll(/\\./g, '');
  if (outsideClasses.includes('.')) return 'any';
  return /^[A-Za-z0-9_~.^$+*?()[\]{}|,-]*$/.test(pattern.replaceAll('\\.', '')) ? 'plain' : 'ascii';
}

const plainFormats: Readonly<Record<string, 'plain' | 'ascii'>> = {
  uuid: 'plain',
  date: 'plain',
  'date-time': 'ascii',
  email: 'ascii',
  uri: 'ascii',
  'uri-reference': 'ascii',
};

function jsonLength(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function encodedLength(value: unknown): number {
  return encodeURIComponent(String(value)).length;
}
