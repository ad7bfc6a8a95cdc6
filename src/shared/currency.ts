/** ISO 4217 minor units where they are not 2. Not from `Intl`, which reports how people write amounts: 0 for HUF and IQD. */
const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...[
    'BIF',
    'CLP',
    'DJF',
    'GNF',
    'ISK',
    'JPY',
    'KMF',
    'KRW',
    'PYG',
    'RWF',
    'UGX',
    'UYI',
    'VND',
    'VUV',
    'XAF',
    'XOF',
    'XPF',
  ].map((code): [string, number] => [code, 0]),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code): [string, number] => [code, 3]),
  ['CLF', 4],
  ['UYW', 4],
]);

const known = new Set(Intl.supportedValuesOf('currency'));

/** An amount in integer minor units of its currency. */
export interface Money {
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** Whether this is a currency of ISO 4217. */
export function isCurrency(code: string): boolean {
  return known.has(code);
}

/** Digits after the point of amounts in this currency: JPY 0, USD 2, KWD 3. */
export function minorUnitsOf(currency: string): number {
  return EXPONENTS.get(currency) ?? 2;
}

/** `1099` with 2 fraction digits is `10.99`, exactly. */
export function decimalText(amount: bigint, fractionDigits: number): string {
  const sign = amount < 0n ? '-' : '';
  const digits = String(amount < 0n ? -amount : amount).padStart(fractionDigits + 1, '0');
  const whole = digits.slice(0, digits.length - fractionDigits);
  return fractionDigits === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-fractionDigits)}`;
}
