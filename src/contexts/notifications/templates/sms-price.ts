import type { PackedSms } from './pack-sms.ts';

/** What one part costs towards numbers that begin so. Below a minor unit, so with its own number of fraction digits. */
export interface SmsPrice {
  /** Digits after the plus; of several that fit a number the longest counts. */
  readonly prefix: string;
  /** `preciseAmount` 79 with 4 fraction digits is 0.0079. */
  readonly preciseAmount: number;
  readonly fractionDigits: number;
  /** ISO 4217. */
  readonly currency: string;
}

const PRICE = /^([1-9][0-9]{0,14})=([0-9]{1,9})(?:\.([0-9]{1,6}))? ([A-Z]{3})$/;

/** Reads `98=0.0150 USD`. @returns undefined for anything else */
export function readSmsPrice(text: string): SmsPrice | undefined {
  const match = PRICE.exec(text);
  if (match === null) return undefined;
  const [, prefix = '', whole = '', fraction = '', currency = ''] = match;
  return { prefix, preciseAmount: Number(`${whole}${fraction}`), fractionDigits: fraction.length, currency };
}

/** What sending a packed text costs towards each prefix that has a price. */
export function estimateCosts({ parts }: Pick<PackedSms, 'parts'>, prices: readonly SmsPrice[]): readonly SmsPrice[] {
  return prices.map((price) => ({ ...price, preciseAmount: price.preciseAmount * parts.length }));
}

/** The price of one part to this number; undefined where none is configured. */
export function priceFor(phone: string, prices: readonly SmsPrice[]): SmsPrice | undefined {
  return prices
    .filter(({ prefix }) => phone.startsWith(`+${prefix}`))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
}
