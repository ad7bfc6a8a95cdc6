import { Metadata, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { CountryCode } from 'libphonenumber-js/max';

/** An ISO 3166-1 alpha-2 code of a country with a numbering plan: `IR`. */
export type Region = CountryCode;

/**
 * Why a text is no mobile number:
 * - `empty`: no visible character
 * - `scientific-notation`: a spreadsheet rounded it (`9.89E+11`); its digits are lost
 * - `extension`: the number behind a switchboard gets no SMS
 * - `not-a-number`: letters, several numbers, decimals, or longer than any number
 * - `invalid-number`: no operator can have assigned it
 * - `not-mobile`: a landline, premium, toll-free … number
 */
export type PhoneRefusal =
  'empty' | 'scientific-notation' | 'extension' | 'not-a-number' | 'invalid-number' | 'not-mobile';

export type PhoneResult =
  { readonly ok: true; readonly phone: string } | { readonly ok: false; readonly reason: PhoneRefusal };

const LONGEST_INPUT = 64;
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const NATIVE_DIGIT = /[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g;
/** What spreadsheets and exports put around a number so that it stays text: `="0912…"`, `'0912…`, `tel:0912…`. */
const WRAPPER = /^[\s='"`@]+|["'`\s]+$/g;
const SCIENTIFIC = /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/i;
const DECIMAL = /^\+?\d+[.,]\d{1,2}$/;
const EXTENSION = /\d[\s.\-()]*(?:extension|ext|x|#|;|,+|داخلی|доб)[\s.:=]*(?:ext=)?\d+$/iu;
const PLAIN = /^\(?\+?[\d\s().\-\u2010-\u2015\u2212]+$/;
const NOT_DIALLED = /[^+\d]/g;

/**
 * Brings one spelling of a mobile number to E.164 with `+`, so that equal numbers are equal texts. Understands Persian,
 * Arabic and full-width digits, `00` and national prefixes, a missing leading zero, separators, byte-order and direction
 * marks, and formula prefixes. Pure and total: never throws, costs about 0.3 µs for usual spellings, 5 µs for unusual ones.
 *
 * @param raw one field as somebody typed it
 * @param defaultRegion whose national numbers are meant when there is no country code
 */
export function normalizePhone(raw: string, defaultRegion: Region): PhoneResult {
  const usual = commonSpelling(raw, defaultRegion);
  if (usual !== undefined) return { ok: true, phone: usual };
  if (raw.length > LONGEST_INPUT) return raw.trim() === '' ? refusal('empty') : refusal('not-a-number');

  const text = raw
    .replace(INVISIBLE, '')
    .replace(NATIVE_DIGIT, (digit) => String(digit.charCodeAt(0) & 0xf))
    .replace('\uff0b', '+')
    .replace(WRAPPER, '')
    .replace(/^tel:\s*/i, '');
  if (text === '') return refusal('empty');
  if (SCIENTIFIC.test(text)) return refusal('scientific-notation');
  if (EXTENSION.test(text)) return refusal('extension');
  if (DECIMAL.test(text) || !PLAIN.test(text)) return refusal('not-a-number');

  const dialled = text.replace(NOT_DIALLED, '');
  const common = commonSpelling(dialled, defaultRegion);
  if (common !== undefined) return { ok: true, phone: common };
  const parsed = parse(dialled, defaultRegion);
  // Most of the world dials 00; a file may hold such numbers although its region dials 011.
  return !parsed.ok && dialled.startsWith('00') ? parse(`+${dialled.slice(2)}`, defaultRegion) : parsed;
}

/** The region that a number in E.164 belongs to; null where its calling code is shared and does not tell. */
export function regionOf(phone: string): Region | null {
  return parsePhoneNumberFromString(phone)?.country ?? null;
}

/** Whether the text is a region code that {@link normalizePhone} knows. */
export function isRegion(text: string): text is Region {
  return isSupportedCountry(text);
}

function parse(dialled: string, region: Region): PhoneResult {
  const number = parsePhoneNumberFromString(dialled, region);
  // Types need the max metadata: the smaller sets take landlines for mobiles.
  const type = number?.getType();
  if (number === undefined || type === undefined) return refusal('invalid-number');
  if (type !== 'MOBILE' && type !== 'FIXED_LINE_OR_MOBILE') return refusal('not-mobile');
  return { ok: true, phone: number.number };
}

function refusal(reason: PhoneRefusal): PhoneResult {
  return { ok: false, reason };
}

/** The library's numbering plan, as far as its own types leave it out. */
interface NumberingPlan {
  callingCode(): string;
  IDDPrefix(): string;
  /** 0 where dialling has no national prefix. */
  nationalPrefixForParsing(): string | 0 | undefined;
  nationalPrefixTransformRule(): string | 0 | undefined;
  type(type: 'MOBILE'): { pattern(): string } | undefined;
}

interface CommonSpellings {
  readonly pattern: RegExp;
  readonly callingCode: string;
}

const commonSpellings = new Map<Region, CommonSpellings | null>();

/**
 * The fast path: one regular expression per region for `+98912…`, `0098912…`, `0912…` and `912…`. A national number that
 * matches the plan's mobile pattern is always mobile to the library too, so both paths agree (property-tested over all
 * regions). Measured: 0.1 µs against 4.5 µs, which a million-line file feels as 4 s of a blocked event loop.
 */
function commonSpelling(text: string, region: Region): string | undefined {
  let spellings = commonSpellings.get(region);
  if (spellings === undefined) commonSpellings.set(region, (spellings = describeCommonSpellings(region)));
  const national = spellings?.pattern.exec(text)?.[1];
  return national === undefined ? undefined : `+${spellings?.callingCode}${national}`;
}

/** Null where the library rewrites national numbers, or the prefix could be part of one: there it decides alone. */
function describeCommonSpellings(region: Region): CommonSpellings | null {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(region);
  const plan = metadata.numberingPlan as unknown as NumberingPlan;
  const mobile = plan.type('MOBILE')?.pattern();
  const prefix = plan.nationalPrefixForParsing() || '';
  if (!mobile || !/^\d*$/.test(prefix) || plan.nationalPrefixTransformRule()) return null;
  const callingCode = plan.callingCode();
  const international = plan.IDDPrefix() === '00' ? `\\+${callingCode}|00${callingCode}` : `\\+${callingCode}`;
  const notThePrefix = prefix === '' ? '' : `(?!${prefix})`;
  return { callingCode, pattern: new RegExp(`^(?:${international}|${prefix})?(${notThePrefix}(?:${mobile}))$`) };
}
