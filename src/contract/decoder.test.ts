import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeParameters, decodeScalar, decodeText, type RawParameters } from './decoder.ts';
import type { Parameter, ScalarType } from './route.ts';

const raw = (parts: Partial<RawParameters>): RawParameters => ({ path: {}, query: '', headers: {}, ...parts });

function parameter(name: string, rest: Partial<Parameter> = {}): Parameter {
  return { name, in: 'query', required: false, types: ['string'], ...rest };
}

describe('a single text', () => {
  const table: [text: string, types: ScalarType[], value: unknown][] = [
    ['5', ['integer'], 5],
    ['0', ['integer'], 0],
    ['-0', ['integer'], 0],
    ['-7', ['integer'], -7],
    ['9007199254740991', ['integer'], 9_007_199_254_740_991],
    ['9007199254740992', ['integer'], '9007199254740992'],
    ['0x10', ['integer'], '0x10'],
    [' 5 ', ['integer'], ' 5 '],
    ['1e1', ['integer'], '1e1'],
    ['5.0', ['integer'], '5.0'],
    ['+5', ['integer'], '+5'],
    ['05', ['integer'], '05'],
    ['', ['integer'], ''],
    ['-', ['integer'], '-'],
    ['1_000', ['integer'], '1_000'],
    ['۵', ['integer'], '۵'],
    ['Infinity', ['number'], 'Infinity'],
    ['NaN', ['number'], 'NaN'],
    ['1e400', ['number'], '1e400'],
    ['1e1', ['number'], 10],
    ['-1.5', ['number'], -1.5],
    ['.5', ['number'], '.5'],
    ['5.', ['number'], '5.'],
    ['true', ['boolean'], true],
    ['false', ['boolean'], false],
    ['TRUE', ['boolean'], 'TRUE'],
    ['1', ['boolean'], '1'],
    ['5', ['string'], '5'],
    ['true', ['string'], 'true'],
    ['null', ['string', 'null'], 'null'],
    ['5', ['integer', 'null'], 5],
  ];

  test.each(table)('%j as %j is %j', (text, types, value) => {
    expect(decodeScalar(text, types)).toBe(value);
  });

  test('every safe integer comes back from its own text', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => decodeScalar(String(value), ['integer']) === value));
  });

  test('every finite number comes back from its JSON text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(decodeScalar(JSON.stringify(value), ['number'])).toBe(Object.is(value, -0) ? 0 : value);
      }),
    );
  });

  test('a text becomes a number only if JSON reads the same text as that number', () => {
    const numberLike = fc.stringMatching(/^[-+ 0-9.eExX_]{0,12}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), numberLike), fc.constantFrom<ScalarType>('integer', 'number'), (text, type) => {
        const value = decodeScalar(text, [type]);
        if (typeof value === 'string') expect(value).toBe(text);
        else expect([value, text.trim()]).toEqual([Number(JSON.parse(text)) + 0, text]);
      }),
    );
  });
});

describe('an array in one text', () => {
  test.each([
    ['', []],
    ['1', [1]],
    ['1,2', [1, 2]],
    ['1, 2', [1, ' 2']],
    ['1,,2', [1, '', 2]],
    ['1,x', [1, 'x']],
  ])('%j is %j', (text, value) => {
    expect(decodeText(text, { types: ['integer'], array: 'comma' })).toEqual(value);
  });
});

test('a list in a header may have blanks around its commas', () => {
  expect(decodeText('1, 2\t,3', { types: ['integer'], array: 'list' })).toEqual([1, 2, 3]);
});

describe('the parameters of a request', () => {
  const limit = parameter('limit', { types: ['integer'], default: 20 });
  const states = parameter('state', { array: 'repeated' });

  function query(text: string, ...parameters: Parameter[]): unknown {
    const { query: decoded, errors } = decodeParameters(parameters, raw({ query: text }));
    return errors.length > 0 ? errors.map(({ pointer }) => pointer) : { ...decoded };
  }

  test.each([
    ['an absent parameter has its default', '', { limit: 20 }],
    ['an empty value is a text, not absent', 'limit=', { limit: '' }],
    ['a name without = is an empty text', 'limit', { limit: '' }],
    ['a value decodes', 'limit=5', { limit: 5 }],
    ['a plus sign is a space', 'limit=+5', { limit: ' 5' }],
    ['percent-encoding decodes', 'l%69mit=%35', { limit: 5 }],
    ['the second = belongs to the value', 'limit=5=5', { limit: '5=5' }],
    ['empty pairs mean nothing', '&&limit=5&', { limit: 5 }],
    [
      'unknown names are kept for the schema',
      'limit=5&__proto__=1',
      Object.fromEntries([
        ['limit', 5],
        ['__proto__', '1'],
      ]),
    ],
    ['a single value given twice is refused', 'limit=5&limit=5', ['?limit']],
    ['broken percent-encoding is refused', 'limit=%ZZ', ['?limit']],
    ['bytes that are not UTF-8 are refused', 'limit=%FF', ['?limit']],
    ['a broken name is refused', '%E0=1', ['?']],
  ])('%s', (_what, text, expected) => {
    expect(query(text, limit)).toEqual(expected);
  });

  test('a repeated array keeps its order, and one value is an array too', () => {
    expect(query('state=b&state=a', states)).toEqual({ state: ['b', 'a'] });
    expect(query('state=a', states)).toEqual({ state: ['a'] });
    expect(query('state=a,b', states)).toEqual({ state: ['a,b'] });
    expect(query('', states)).toEqual({});
  });

  test('headers are found in any spelling, and only declared ones are given', () => {
    const key = parameter('Idempotency-Key', { in: 'header' });
    const headers = { 'idempotency-key': 'k', 'x-other': 'o' };
    expect({ ...decodeParameters([key], raw({ headers })).headers }).toEqual({ 'Idempotency-Key': 'k' });
    expect({ ...decodeParameters([key], raw({})).headers }).toEqual({});
  });

  test('path parameters decode by their type', () => {
    const line = parameter('line', { in: 'path', types: ['integer'] });
    expect({ ...decodeParameters([line], raw({ path: { line: '7' } })).path }).toEqual({ line: 7 });
    expect({ ...decodeParameters([line], raw({ path: { line: '7\0' } })).path }).toEqual({ line: '7\0' });
  });

  test('whatever a client encodes arrives unchanged', () => {
    const names = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(names, names), { selector: ([name]) => name }), (pairs) => {
        const text = new URLSearchParams(pairs).toString();
        const declared = pairs.map(([name]) => parameter(name));
        const expected = pairs.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]);
        fc.pre(new Set(expected.map(([name]) => name)).size === expected.length);
        const { query: decoded, errors } = decodeParameters(declared, raw({ query: text }));
        expect(errors).toEqual([]);
        expect(Object.entries(decoded).sort()).toEqual(expected.sort());
      }),
    );
  });

  test('no query makes it throw', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[%&=+a-f0-9\u0080-\u00ff]*$/), (text) => {
        decodeParameters([limit, states], raw({ query: text }));
      }),
    );
  });
});
