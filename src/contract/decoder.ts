import type { FieldError } from '../shared/problem.ts';
import type { Parameter, TextDecoder } from './route.ts';

const integer = /^-?(?:0|[1-9]\d*)$/;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** One parameter's text as it came, before anything was decided about it. */
export interface RawParameters {
  /** Percent-decoded. */
  readonly path: Readonly<Record<string, string>>;
  /** The query string without `?`, still encoded. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface DecodedParameters {
  readonly path: Record<string, unknown>;
  /** Unknown names are kept, so that the closed schema names them. */
  readonly query: Record<string, unknown>;
  /** Only what the operation declares, under the document's spelling. */
  readonly headers: Record<string, unknown>;
  /** What no value could be made of: broken encoding, a single value given twice. */
  readonly errors: readonly FieldError[];
}

/**
 * The value that a text stands for, in exactly the form JSON writes it: `0x10`, ` 5 `, `+5`, `05` and `1e1` are no
 * integers. A text that is no such value stays text, and the validator says what it should have been.
 */
export function decodeScalar(text: string, types: TextDecoder['types']): string | number | boolean {
  if (types.includes('integer') && integer.test(text) && Number.isSafeInteger(Number(text))) return Number(text) + 0;
  if (types.includes('number') && number.test(text) && Number.isFinite(Number(text))) return Number(text) + 0;
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** Decodes a single text; an array in one text is separated by commas, and an empty text is the empty array. */
export function decodeText(text: string, { types, array }: TextDecoder): unknown {
  if (array === undefined) return decodeScalar(text, types);
  if (text === '') return [];
  return text.split(array === 'list' ? /[ \t]*,[ \t]*/ : ',').map((item) => decodeScalar(item, types));
}

/** Decodes every declared parameter of a request and fills in the defaults of those that are absent. */
export function decodeParameters(parameters: readonly Parameter[], raw: RawParameters): DecodedParameters {
  const errors: FieldError[] = [];
  const query: Record<string, unknown> = parseQuery(raw.query, errors);
  const path = emptyRecord<unknown>();
  const headers = emptyRecord<unknown>();
  for (const parameter of parameters) {
    const { name } = parameter;
    if (parameter.in === 'path') {
      const text = raw.path[name];
      if (text !== undefined) path[name] = decodeText(text, parameter);
    } else if (parameter.in === 'header') {
      const text = raw.headers[name.toLowerCase()];
      const value = typeof text === 'string' ? decodeText(text, parameter) : (text ?? parameter.default);
      if (value !== undefined) headers[name] = value;
    } else {
      const value = decodeQueryParameter(query[name] as QueryText | undefined, parameter, errors);
      if (value !== undefined) query[name] = value;
    }
  }
  return { path, query, headers, errors };
}

/** A name's text; all its texts in their order where it is given more than once. */
type QueryText = string | string[];

function decodeQueryParameter(given: QueryText | undefined, parameter: Parameter, errors: FieldError[]): unknown {
  if (given === undefined) return parameter.default;
  const texts = typeof given === 'string' ? [given] : given;
  if (parameter.array === 'repeated') return texts.map((item) => decodeScalar(item, parameter.types));
  if (texts.length > 1) errors.push({ pointer: `?${parameter.name}`, detail: 'is given more than once; give it once' });
  return decodeText(texts[0] ?? '', parameter);
}

/** Names and values of an `application/x-www-form-urlencoded` query, in order of first appearance. */
function parseQuery(query: string, errors: FieldError[]): Record<string, QueryText> {
  const texts = emptyRecord<QueryText>();
  if (query === '') return texts;
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = percentDecoded(at === -1 ? pair : pair.slice(0, at));
    const value = percentDecoded(at === -1 ? '' : pair.slice(at + 1));
    if (name === undefined || value === undefined) {
      const pointer = name === undefined ? '?' : `?${name}`;
      errors.push({ pointer, detail: 'is not percent-encoded UTF-8; write % itself as %25' });
      continue;
    }
    const known = texts[name];
    if (known === undefined) texts[name] = value;
    else if (typeof known === 'string') texts[name] = [known, value];
    else known.push(value);
  }
  return texts;
}

function percentDecoded(text: string): string | undefined {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

// Without a prototype, a parameter called __proto__ or constructor is a name like any other.
function emptyRecord<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}
