import { describe, expect, test } from '@jest/globals';
import { fieldErrors, maxFieldErrors } from './field-errors.ts';
import type { ValidatorError } from './validator.ts';

function error(keyword: string, params: ValidatorError['params'] = {}, instancePath = '/field'): ValidatorError {
  return { keyword, params, instancePath };
}

describe('a field error says what is wrong and what would be right', () => {
  const table: [ValidatorError, string, string][] = [
    [error('required', { missingProperty: 'email' }, ''), '/email', 'is missing'],
    [error('required', { missingProperty: 'a/b~c' }, '/lines/0'), '/lines/0/a~1b~0c', 'is missing'],
    [error('additionalProperties', { additionalProperty: 'x' }, ''), '/x', 'is not a known field; leave it out'],
    [error('unevaluatedProperties', { unevaluatedProperty: 'x' }, ''), '/x', 'is not a known field; leave it out'],
    [error('type', { type: 'integer' }), '/field', 'must be an integer, but is a string'],
    [error('type', { type: ['string', 'null'] }), '/field', 'must be a string or null, but is a string'],
    [error('enum', { allowedValues: ['a', null] }), '/field', 'must be one of "a", null'],
    [error('const', { allowedValue: 'a' }), '/field', 'must be "a"'],
    [error('minLength', { limit: 1 }), '/field', 'must not be empty'],
    [error('minLength', { limit: 8 }), '/field', 'must have at least 8 characters'],
    [error('maxLength', { limit: 8 }), '/field', 'must have at most 8 characters'],
    [error('minItems', { limit: 1 }), '/field', 'must have at least 1 item'],
    [error('maxItems', { limit: 2 }), '/field', 'must have at most 2 items'],
    [error('minProperties', { limit: 1 }), '/field', 'must have at least 1 field'],
    [error('maxProperties', { limit: 2 }), '/field', 'must have at most 2 fields'],
    [error('uniqueItems', { i: 2, j: 0 }), '/field', 'must not repeat an item; items 0 and 2 are equal'],
    [error('minimum', { limit: 1 }), '/field', 'must be at least 1'],
    [error('maximum', { limit: 1 }), '/field', 'must be at most 1'],
    [error('exclusiveMinimum', { limit: 1 }), '/field', 'must be more than 1'],
    [error('exclusiveMaximum', { limit: 1 }), '/field', 'must be less than 1'],
    [error('multipleOf', { multipleOf: 5 }), '/field', 'must be a multiple of 5'],
    [error('format', { format: 'date' }), '/field', 'must be a date that exists, such as 2026-02-28'],
    [error('pattern', { pattern: '^a$' }), '/field', 'must match ^a$'],
    [error('discriminator', { tag: 'kind', tagValue: 'x' }, ''), '/kind', 'must name a known kind, but is "x"'],
    [error('propertyNames', { propertyName: 'X' }), '/field', 'must not hold a field called "X"'],
    [error('dependentRequired', { property: 'a', deps: 'b' }), '/field', 'must also have b, because it has a'],
    [error('contains', { minContains: 2 }), '/field', 'must contain at least 2 items of the described kind'],
    [error('not'), '/field', 'is not one of the allowed forms'],
  ];

  test.each(table)('%j', (given, pointer, detail) => {
    expect(fieldErrors([given], 'body', { field: 'text' })).toEqual([{ pointer, detail }]);
  });
});

test('parameters are named the way a caller writes them', () => {
  const missing = error('required', { missingProperty: 'limit' }, '');
  expect(fieldErrors([missing], 'query', {})[0]?.pointer).toBe('?limit');
  expect(fieldErrors([missing], 'header', {})[0]?.pointer).toBe('header limit');
  expect(fieldErrors([missing], 'path', {})[0]?.pointer).toBe('path limit');
  const unknown = error('additionalProperties', { additionalProperty: 'a/b' }, '');
  expect(fieldErrors([unknown], 'query', {})).toEqual([
    { pointer: '?a/b', detail: 'is not a known parameter; leave it out' },
  ]);
});

test('a nullable reference is explained by what it should be, not by null', () => {
  const errors = [error('minLength', { limit: 3 }), error('type', { type: 'null' }), error('anyOf')];
  expect(fieldErrors(errors, 'body', {})).toEqual([{ pointer: '/field', detail: 'must have at least 3 characters' }]);
});

test('names from the caller are cut and cleaned before they are sent back', () => {
  const [found] = fieldErrors(
    [error('additionalProperties', { additionalProperty: `\0${'x'.repeat(9000)}` }, '')],
    'body',
    {},
  );
  expect(found?.pointer.startsWith('/\ufffdxxx')).toBe(true);
  expect(found?.pointer.length).toBeLessThanOrEqual(512);
});

test('the list is short whatever is sent', () => {
  const errors = Array.from({ length: 1000 }, (_, index) => error('type', { type: 'string' }, `/${index}`));
  expect(fieldErrors(errors, 'body', [])).toHaveLength(maxFieldErrors);
});
