import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { delimiters, fieldAt, splitFields } from './fields.ts';

describe('splitFields', () => {
  it('reads back what RFC 4180 writes', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '1', '"', ',', ';', '|', '\t', ' ', '+') });
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...delimiters),
        (fields, delimiter) => {
          const line = fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(delimiter);
          expect(splitFields(line, delimiter)).toEqual(fields);
          for (const [column, text] of fields.entries()) expect(fieldAt(line, delimiter, column)).toBe(text);
        },
      ),
    );
  });

  it.each([
    ['a quote left open ends with the line', '"a,b', ['a,b']],
    ['a quote inside a plain field is a character', 'a"b,c', ['a"b', 'c']],
    ['what follows a closing quote stays in the field', '"09"12,x', ['0912', 'x']],
    ['a trailing delimiter opens an empty field', 'a,', ['a', '']],
    ['nothing is one empty field', '', ['']],
  ])('%s', (_, line, fields) => {
    expect(splitFields(line, ',')).toEqual(fields);
  });
});

describe('fieldAt', () => {
  it('agrees with splitFields for any line, and is empty beyond the last field', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', ' ') });
    fc.assert(
      fc.property(text, fc.nat(5), (line, column) => {
        expect(fieldAt(line, ',', column)).toBe(splitFields(line, ',')[column] ?? '');
      }),
    );
  });
});
