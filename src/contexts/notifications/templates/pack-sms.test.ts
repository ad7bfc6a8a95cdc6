import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { septetsOf } from './gsm7.ts';
import { packSms, standardSizes } from './pack-sms.ts';

const lengths = (text: string): readonly number[] => packSms(text).parts.map((part) => part.length);

describe('GSM-7', () => {
  test.each([
    ['nothing', '', 0, [0]],
    ['160', 'a'.repeat(160), 160, [160]],
    ['161', 'a'.repeat(161), 161, [153, 8]],
    ['306', 'a'.repeat(306), 306, [153, 153]],
    ['307', 'a'.repeat(307), 307, [153, 153, 1]],
    ['158 and €, which costs two', `${'a'.repeat(158)}€`, 160, [159]],
    ['159 and €', `${'a'.repeat(159)}€`, 161, [153, 7]],
    ['é, which is inside', 'é'.repeat(160), 160, [160]],
  ])('%s', (_, text, units, parts) => {
    expect(packSms(text)).toMatchObject({ encoding: 'gsm7', units, forcedBy: null });
    expect(lengths(text)).toEqual(parts);
  });

  test('an escape at the border goes whole into the next part, and one septet stays empty', () => {
    const text = `${'a'.repeat(152)}€${'b'.repeat(20)}`;
    expect(packSms(text).parts).toEqual(['a'.repeat(152), `€${'b'.repeat(20)}`]);
    // Divided instead of packed, 305 + 2 septets would be three parts of 153 at most: here that is so, too late.
    expect(lengths(`${'a'.repeat(152)}€${'b'.repeat(151)}`)).toEqual([152, 152]);
    expect(lengths(`${'a'.repeat(152)}€${'b'.repeat(152)}`)).toEqual([152, 152, 1]);
  });

  test('the alphabet is not ASCII', () => {
    expect(['^', '{', '}', '\\', '[', '~', ']', '|', '€', '\f'].map(septetsOf)).toEqual(Array(10).fill(2));
    expect(['`', '\t', 'ç', '’', '\u00a0', 'ی'].map(septetsOf)).toEqual(Array(6).fill(undefined));
    expect(['@', 'Δ', 'é', '\n', '\r', 'Ç', '¿'].map(septetsOf)).toEqual(Array(7).fill(1));
  });
});

describe('UCS-2', () => {
  test.each([
    ['70', 'ی'.repeat(70), 70, [70]],
    ['71', 'ی'.repeat(71), 71, [67, 4]],
    ['134', 'ی'.repeat(134), 134, [67, 67]],
    ['35 emoji', '😀'.repeat(35), 70, [70]],
    ['36 emoji, whose pairs are not split', '😀'.repeat(36), 72, [66, 6]],
    ['an emoji at the border', `${'ی'.repeat(66)}😀${'ی'.repeat(10)}`, 78, [66, 12]],
  ])('%s', (_, text, units, parts) => {
    expect(packSms(text)).toMatchObject({ encoding: 'ucs2', units });
    expect(lengths(text)).toEqual(parts);
  });

  test('names the first character that forced it', () => {
    expect(packSms('a€`bی').forcedBy).toEqual({ character: '`', codePoint: 'U+0060', position: 2 });
    expect(packSms('😀').forcedBy).toEqual({ character: '😀', codePoint: 'U+1F600', position: 0 });
  });
});

describe('of any text', () => {
  const signs = fc.constantFrom('a', 'é', '€', '{', '\f', '`', 'ی', '😀', '👩‍👩‍👧', '\n', ' ');
  const texts = fc.oneof(
    fc.string({ unit: signs, maxLength: 600 }),
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: fc.constantFrom('a', '€'), minLength: 140, maxLength: 330 }),
  );
  const isHalf = (part: string): boolean => !part.isWellFormed();

  test('the parts give the text back, none is too large, and none begins or ends within a character', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { encoding, parts, units } = packSms(text);
        const sizeOf = (part: string): number =>
          encoding === 'ucs2' ? part.length : Array.from(part).reduce((sum, sign) => sum + (septetsOf(sign) ?? NaN), 0);
        const { single, joined } = standardSizes[encoding];
        expect(parts.join('')).toBe(text);
        expect(units).toBe(sizeOf(text));
        expect(parts.length === 1).toBe(units <= single);
        for (const part of parts) expect(sizeOf(part)).toBeLessThanOrEqual(parts.length === 1 ? single : joined);
        if (text.isWellFormed()) expect(parts.some(isHalf)).toBe(false);
      }),
    );
  });

  test('no packing needs fewer parts: each next character would not have fitted', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { encoding, parts } = packSms(text);
        const cost = (sign: string): number => (encoding === 'ucs2' ? sign.length : (septetsOf(sign) ?? NaN));
        for (const [index, part] of parts.slice(0, -1).entries()) {
          const [next = ''] = parts[index + 1] ?? '';
          const filled = Array.from(part).reduce((sum, sign) => sum + cost(sign), 0);
          expect(filled + cost(next)).toBeGreaterThan(standardSizes[encoding].joined);
        }
      }),
    );
  });
});
