import { describe, expect, test } from '@jest/globals';
import type { Document, Schema } from './document.ts';
import { toValidatorSchema } from './schemas.ts';

function documentWith(schemas: Record<string, Schema>): Document {
  return { openapi: '3.1.1', info: {}, paths: {}, components: { schemas } };
}

const empty = documentWith({});

describe('a schema for the validator', () => {
  test('loses annotations and extensions', () => {
    const schema = {
      type: 'string',
      description: 'd',
      default: 'x',
      example: 'x',
      examples: ['x'],
      'x-extensible-enum': ['x'],
      maxLength: 1,
    };
    expect(toValidatorSchema(empty, schema)).toEqual({ type: 'string', maxLength: 1 });
  });

  test('keeps properties that are called like keywords', () => {
    const text = { type: 'string', description: 'gone' };
    const properties = { default: text, example: text, 'x-foo': text, description: text, required: text };
    const schema = { type: 'object', required: ['default', 'x-foo'], properties };
    expect(Object.keys(toValidatorSchema(empty, schema).properties ?? {})).toEqual(Object.keys(properties));
    expect(toValidatorSchema(empty, schema).properties?.['default']).toEqual({ type: 'string' });
  });

  test('keeps literals as they are', () => {
    const schema = { const: { description: 'kept', 'x-foo': 1 }, enum: [{ example: 1 }] };
    expect(toValidatorSchema(empty, schema)).toEqual(schema);
  });

  test('refers to components by name, at any depth', () => {
    const schema = {
      type: 'array',
      items: { anyOf: [{ $ref: '#/components/schemas/Id', description: 'd' }, { type: 'null' }] },
    };
    expect(toValidatorSchema(empty, schema)).toEqual({
      type: 'array',
      items: { anyOf: [{ $ref: 'Id' }, { type: 'null' }] },
    });
  });

  test.each([
    ['a reference into a path', { $ref: '#/paths/~1a/get' }],
    ['a reference into another file', { $ref: 'other.yaml#/components/schemas/Id' }],
    ['a keyword nobody knows', { type: 'string', maxLenght: 5 }],
  ])('is refused for %s', (_what, schema) => {
    expect(() => toValidatorSchema(empty, schema)).toThrow();
  });
});

describe('a discriminator', () => {
  const union = {
    type: 'object',
    oneOf: [{ $ref: '#/components/schemas/Cat' }],
    discriminator: { propertyName: 'kind', mapping: { cat: '#/components/schemas/Cat' } },
  };
  const cat = (tag: Schema) => documentWith({ Cat: { type: 'object', properties: { kind: tag } } });

  test('keeps only the name of the tag', () => {
    const result = toValidatorSchema(cat({ type: 'string', const: 'cat' }), union);
    expect(result.discriminator).toEqual({ propertyName: 'kind' });
  });

  test('vanishes where there is no union', () => {
    expect(toValidatorSchema(empty, { type: 'object', discriminator: { propertyName: 'kind' } })).toEqual({
      type: 'object',
    });
  });

  test('must map to the tags its targets declare', () => {
    expect(() => toValidatorSchema(cat({ type: 'string', const: 'lion' }), union)).toThrow(/"lion"/);
    expect(toValidatorSchema(cat({ type: 'string', enum: ['cat', 'kitten'] }), union)).toBeDefined();
  });
});
