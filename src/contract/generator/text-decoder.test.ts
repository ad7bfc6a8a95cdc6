import { describe, expect, test } from '@jest/globals';
import type { Document, ParameterObject } from './document.ts';
import { headerDecoder, parameterOf } from './text-decoder.ts';

const document: Document = {
  openapi: '3.1.1',
  info: {},
  paths: {},
  components: { schemas: { Level: { type: 'integer', default: 3 }, Name: { type: ['string', 'null'] } } },
};

function parameter(rest: Partial<ParameterObject>): ParameterObject {
  return { name: 'p', in: 'query', schema: { type: 'string' }, ...rest };
}

describe('the decoder of a parameter', () => {
  test.each<[string, Partial<ParameterObject>, object]>([
    ['a reference', { schema: { $ref: '#/components/schemas/Level' } }, { types: ['integer'], default: 3 }],
    ['a nullable', { schema: { $ref: '#/components/schemas/Name' } }, { types: ['string', 'null'] }],
    [
      'an array in the query',
      { schema: { type: 'array', items: { type: 'integer' } } },
      { types: ['integer'], array: 'repeated' },
    ],
    [
      'an array not exploded',
      { explode: false, schema: { type: 'array', items: { type: 'integer' } } },
      { types: ['integer'], array: 'comma' },
    ],
    [
      'an array in a path',
      { in: 'path', schema: { type: 'array', items: { type: 'string' } } },
      { types: ['string'], array: 'comma' },
    ],
    [
      'an array in a header',
      { in: 'header', schema: { type: 'array', items: { type: 'string' } } },
      { types: ['string'], array: 'list' },
    ],
  ])('follows %s', (_what, rest, expected) => {
    expect(parameterOf(document, parameter(rest), 'getThing')).toMatchObject(expected);
  });

  test.each<[string, Partial<ParameterObject>]>([
    ['a cookie', { in: 'cookie' }],
    ['a style it lacks', { style: 'deepObject', schema: { type: 'string' } }],
    ['an object', { schema: { type: 'object' } }],
    ['an array of arrays', { schema: { type: 'array', items: { type: 'array' } } }],
    ['no type', { schema: {} }],
  ])('is refused for %s, naming the operation', (_what, rest) => {
    expect(() => parameterOf(document, parameter(rest), 'getThing')).toThrow(/getThing: .* parameter p/);
  });

  test('of a header without schema is refused', () => {
    expect(() => headerDecoder(document, undefined, 'response header X')).toThrow('response header X has no schema.');
  });
});
