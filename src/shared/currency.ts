/**
 * ISO 4217 by digits after the point. Our own table: `Intl` knows other currencies with each Node, and reports how people write
 * amounts, 0 digits for HUF and IQD. Currencies withdrawn since 2020 stay, for histories hold them; funds, metals and test
 * codes are nothing one pays with.
 */
const BY_EXPONENT: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC ' +
    'CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR ' +
    'JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO ' +
    'NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL ' +
    'THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL',
  3: 'BHD IQD JOD KWD LYD OMR TND',
};

const exponents: ReadonlyMap<string, number> = new Map(
  Object.entries(BY_EXPONENT).flatMap(([exponent, codes]) =>
    codes.split(' ').map((code): [string, number] => [code, Number(exponent)]),
  ),
);

/** Every currency that amounts may have, in order. */
export const currencies: readonly string[] = [...exponents.keys()].sort();

/** Whether this is a currency of ISO 4217 that people pay with. */
export function isCurrency(code: string): boolean {
  return exponents.has(code);
}

/**
 * Digits after the point of amounts in this currency: JPY 0, USD 2, KWD 3.
 *
 * @throws RangeError for what {@link isCurrency} does not know: a guess would be wrong by factors of ten
 */
export function minorUnitsOf(currency: string): number {
  const exponent = exponents.get(currency);
  if (exponent === undefined) throw new RangeError(`${currency} is no currency`);
  return exponent;
}

/** `1099` with 2 fraction digits is `10.99`, exactly. */
export function decimalText(amount: bigint, fractionDigits: number): string {
  const sign = amount < 0n ? '-' : '';
  const digits = String(amount < 0n ? -amount : amount).padStart(fractionDigits + 1, '0');
  const whole = digits.slice(0, digits.length - fractionDigits);
  return fractionDigits === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-fractionDigits)}`;
}
