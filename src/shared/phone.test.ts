import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { isRegion, normalizePhone } from './phone.ts';
import type { Region } from './phone.ts';

const phone = '+989123456789';

describe('normalizePhone', () => {
  it.each([
    ['E.164', '+989123456789'],
    ['national', '09123456789'],
    ['without its leading zero', '9123456789'],
    ['00 prefix', '00989123456789'],
    ['country code only', '989123456789'],
    ['spaces', '+98 912 345 6789'],
    ['trunk zero in brackets', '+98 (0) 912 345 6789'],
    ['bracketed country code', '(+98) 912-345-6789'],
    ['Persian digits', '۰۹۱۲۳۴۵۶۷۸۹'],
    ['Arabic digits', '٠٩١٢٣٤٥٦٧٨٩'],
    ['full-width digits', '＋９８９１２３４５６７８９'],
    ['byte-order mark', '\ufeff09123456789'],
    ['right-to-left mark', '\u200f09123456789'],
    ['no-break spaces', '\u00a00912\u00a0345\u00a06789'],
    ['formula prefix', '=09123456789'],
    ['quoted formula', '="09123456789"'],
    ['apostrophe of a spreadsheet', "'09123456789"],
    ['tel URI', 'tel:+98-912-345-6789'],
    ['typographic dashes', '0912–345—6789'],
  ])('reads %s', (_, raw) => {
    expect(normalizePhone(raw, 'IR')).toEqual({ ok: true, phone });
  });

  it.each([
    ['', 'empty'],
    [' \t\u200f', 'empty'],
    ['""', 'empty'],
    [' '.repeat(100), 'empty'],
    ['9.89E+11', 'scientific-notation'],
    ['9,89123E+11', 'scientific-notation'],
    ['09123456789 ext 5', 'extension'],
    ['09123456789x5', 'extension'],
    ['09123456789 #5', 'extension'],
    ['09123456789;ext=5', 'extension'],
    ['0912 345 6789 داخلی ۱۲', 'extension'],
    ['989123456789.0', 'not-a-number'],
    ['09123456789/09123456788', 'not-a-number'],
    ['Sara', 'not-a-number'],
    ['0912E', 'not-a-number'],
    ['1'.repeat(100), 'not-a-number'],
    ['0912', 'invalid-number'],
    ['091234567890', 'invalid-number'],
    ['+-', 'invalid-number'],
    ['02188776655', 'not-mobile'],
  ])('refuses %j: %s', (raw, reason) => {
    expect(normalizePhone(raw, 'IR')).toEqual({ ok: false, reason });
  });

  it('takes a number of another country as it stands', () => {
    expect(normalizePhone('+44 7400 123456', 'IR')).toEqual({ ok: true, phone: '+447400123456' });
  });

  it('reads 00 where the region itself dials another prefix', () => {
    expect(normalizePhone('00989123456789', 'US')).toEqual({ ok: true, phone });
  });

  it('never throws, and its own answer is a fixed point', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.constantFrom(...getCountries()), (raw, region) => {
        const first = normalizePhone(raw, region);
        if (!first.ok) return;
        expect(first.phone).toMatch(/^\+[1-9]\d{5,14}$/);
        expect(normalizePhone(first.phone, region)).toEqual(first);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives one answer for every spelling of one number', () => {
    const digits = fc.integer({ min: 0, max: 9_999_999 }).map((n) => `912${String(n).padStart(7, '0')}`);
    fc.assert(
      fc.property(digits, spelling(), (national, spell) => {
        expect(normalizePhone(spell(national), 'IR')).toEqual({ ok: true, phone: `+98${national}` });
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes the fast path only to where the library would come too', () => {
    fc.assert(
      fc.property(dialledNear(), ({ region, dialled }) => {
        const answer = normalizePhone(dialled, region);
        expect(answer.ok ? answer.phone : null).toBe(libraryAnswer(dialled, region));
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('isRegion', () => {
  it('knows countries and nothing else', () => {
    expect([isRegion('IR'), isRegion('ir'), isRegion('ZZ'), isRegion('')]).toEqual([true, false, false, false]);
  });
});

/** One way to write an Iranian national number: prefix, script, separators, wrapper. */
function spelling(): fc.Arbitrary<(national: string) => string> {
  const prefix = fc.constantFrom('', '0', '+98', '0098', '98', '+98 (0) ', '+980');
  const zero = fc.constantFrom('0', '۰', '٠', '０');
  const separator = fc.constantFrom('', ' ', '-', '.', '\u00a0', '\u2011');
  const wrap = fc.constantFrom(['', ''], ['\ufeff', ''], ['="', '"'], ["'", ''], ['\u202a', '\u202c'], [' ', '\t']);
  return fc.tuple(prefix, zero, separator, wrap).map(([start, script, gap, [before, after]]) => (national) => {
    const spaced = `${start}${national.slice(0, 3)}${gap}${national.slice(3, 6)}${gap}${national.slice(6)}`;
    const offset = script.charCodeAt(0) - 48;
    const written = spaced.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + offset));
    return `${before}${written}${after}`;
  });
}

/** Digits around the example number of any country, with any prefix one might dial: right, wrong and nearly right. */
function dialledNear(): fc.Arbitrary<{ region: Region; dialled: string }> {
  const regions = getCountries().filter((region) => getExampleNumber(region, examples) !== undefined);
  const edits = fc.array(fc.tuple(fc.nat(14), fc.nat(9)), { maxLength: 3 });
  return fc.tuple(fc.constantFrom(...regions), edits, fc.nat(6)).map(([region, changes, style]) => {
    const example = getExampleNumber(region, examples);
    const national = [...(example?.nationalNumber ?? '')];
    for (const [at, digit] of changes) national[at % national.length] = String(digit);
    const code = example?.countryCallingCode ?? '';
    const prefix = [`+${code}`, `00${code}`, code, '0', '8', '1', ''][style] ?? '';
    return { region, dialled: prefix + national.join('') };
  });
}

function libraryAnswer(dialled: string, region: Region): string | null {
  const number = parsePhoneNumberFromString(dialled, region);
  const type = number?.getType();
  if (number !== undefined && (type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE')) return number.number;
  return dialled.startsWith('00') ? libraryAnswer(`+${dialled.slice(2)}`, region) : null;
}
