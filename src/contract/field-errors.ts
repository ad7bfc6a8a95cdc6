import type { FieldError } from '../shared/problem.ts';
import type { ValidatorError } from './validator.ts';

/** A request that is wrong everywhere must not be answered with a list as long as itself. */
export const maxFieldErrors = 50;

/** The part of a request that was judged; it decides how pointers are written. */
export type Place = 'path' | 'query' | 'header' | 'body';

const formatForms: Readonly<Record<string, string>> = {
  date: 'a date that exists, such as 2026-02-28',
  'date-time': 'a moment that exists with its offset, such as 2026-02-28T10:15:30Z',
  uuid: 'a UUID, such as 01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90',
  email: 'an e-mail address, such as sara@example.com',
  uri: 'an absolute URI, such as https://example.com/page',
  'uri-reference': 'a URI or a path',
};

/** Validator errors in words a caller can act on, at most `maxFieldErrors`, without repetition. */
export function fieldErrors(errors: readonly ValidatorError[], place: Place, data: unknown): FieldError[] {
  const seen = new Map<string, FieldError>();
  for (const error of withoutBranches(errors)) {
    const pointer = safeText(pointerOf(error, place), 512);
    const detail = safeText(detailOf(error, place, data), 500);
    seen.set(`${pointer}\n${detail}`, { pointer, detail });
    if (seen.size === maxFieldErrors) break;
  }
  return [...seen.values()];
}

/** A nullable reference fails once as null and once as what it is; only the second tells the caller something. */
function withoutBranches(errors: readonly ValidatorError[]): readonly ValidatorError[] {
  const informative = errors.filter(({ keyword, params }) => {
    if (keyword === 'anyOf' || keyword === 'oneOf') return false;
    return !(keyword === 'type' && params['type'] === 'null');
  });
  return informative.length > 0 ? informative : errors;
}

function pointerOf({ instancePath, keyword, params }: ValidatorError, place: Place): string {
  const named = keyword === 'required' ? params['missingProperty'] : unknownProperty(keyword, params);
  const pointer = typeof named === 'string' ? `${instancePath}/${escape(named)}` : instancePath;
  if (place === 'body') return pointer;
  const name = pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
  return place === 'query' ? `?${name}` : `${place} ${name}`;
}

function unknownProperty(keyword: string, params: ValidatorError['params']): unknown {
  if (keyword === 'additionalProperties') return params['additionalProperty'];
  if (keyword === 'unevaluatedProperties') return params['unevaluatedProperty'];
  if (keyword === 'discriminator') return params['tag'];
  return undefined;
}

function escape(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function detailOf({ keyword, params, instancePath }: ValidatorError, place: Place, data: unknown): string {
  const limit = String(params['limit']);
  switch (keyword) {
    case 'required':
      return 'is missing';
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return place === 'body' ? 'is not a known field; leave it out' : 'is not a known parameter; leave it out';
    case 'type':
      return `must be ${typeNames(params['type'])}, but is ${nameOf(valueAt(data, instancePath))}`;
    case 'enum':
      return `must be one of ${list(params['allowedValues'])}`;
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    case 'minLength':
      return limit === '1' ? 'must not be empty' : `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'minItems':
      return `must have at least ${counted(limit, 'item')}`;
    case 'maxItems':
      return `must have at most ${counted(limit, 'item')}`;
    case 'minProperties':
      return `must have at least ${counted(limit, 'field')}`;
    case 'maxProperties':
      return `must have at most ${counted(limit, 'field')}`;
    case 'uniqueItems':
      return `must not repeat an item; items ${String(params['j'])} and ${String(params['i'])} are equal`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'exclusiveMinimum':
      return `must be more than ${limit}`;
    case 'exclusiveMaximum':
      return `must be less than ${limit}`;
    case 'multipleOf':
      return `must be a multiple of ${String(params['multipleOf'])}`;
    case 'format':
      return `must be ${formatForms[String(params['format'])] ?? `a ${String(params['format'])}`}`;
    case 'pattern':
      return `must match ${String(params['pattern'])}`;
    case 'discriminator':
      return `must name a known kind, but is ${JSON.stringify(params['tagValue'] ?? null)}`;
    case 'propertyNames':
      return `must not hold a field called ${JSON.stringify(params['propertyName'])}`;
    case 'dependentRequired':
      return `must also have ${String(params['deps'])}, because it has ${String(params['property'])}`;
    case 'contains':
      return `must contain at least ${counted(String(Number(params['minContains'] ?? 1)), 'item')} of the described kind`;
    default:
      return 'is not one of the allowed forms';
  }
}

const articles: Readonly<Record<string, string>> = {
  integer: 'an integer',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
  null: 'null',
};

function typeNames(types: unknown): string {
  const names = [types].flat().flatMap((type) => String(type).split(','));
  return names.map((name) => articles[name] ?? name).join(' or ');
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a fraction';
  return articles[typeof value] ?? typeof value;
}

function valueAt(data: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, key) => {
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
    }, data);
}

function counted(limit: string, noun: string): string {
  return limit === '1' ? `1 ${noun}` : `${limit} ${noun}s`;
}

function list(values: unknown): string {
  return [values]
    .flat()
    .map((value) => JSON.stringify(value))
    .join(', ');
}

/** Names come from the caller: without control characters and no longer than the Problem schema allows. */
function safeText(text: string, length: number): string {
  return text
    .replaceAll(/\p{Cc}/gu, '\ufffd')
    .slice(0, length)
    .toWellFormed();
}
