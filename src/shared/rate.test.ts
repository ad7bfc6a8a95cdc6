import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { convertMoney, crossRate, PAR, rateText, readRate } from './rate.ts';
import type { Rate } from './rate.ts';

const rates = fc.bigInt({ min: 1n, max: 10n ** 24n - 1n });
const rate = (text: string): Rate => readRate(text) ?? -1n;

describe('readRate', () => {
  it.each([
    ['1', '1'],
    ['1.0834', '1.0834'],
    ['161345.5', '161345.5'],
    ['2.6e-5', '0.000026'],
    ['1.5E+3', '1500'],
    ['0.1234567890125', '0.123456789012'],
    ['0.1234567890135', '0.123456789014'],
  ])('%s is %s', (text, decimal) => {
    expect(rateText(rate(text))).toBe(decimal);
  });

  it.each(['', '0', '-1', '1,5', 'NaN', '1.', '.5', '0x1', '1e-20', '1000000000000', '1e99'])('takes no %j', (text) => {
    expect(readRate(text)).toBeUndefined();
  });

  it('reads what it writes', () => {
    fc.assert(fc.property(rates, (any) => expect(readRate(rateText(any))).toBe(any)));
  });
});

describe('crossRate', () => {
  it('divides what the third currency is worth in each', () => {
    expect(rateText(crossRate(rate('1.0834'), rate('163.25')) ?? 0n)).toBe('150.683034890161');
    expect(crossRate(rate('1.0834'), rate('1.0834'))).toBe(PAR);
  });

  it('is undefined where twelve places hold nothing', () => {
    expect(crossRate(rate('999999999999'), rate('0.000001'))).toBeUndefined();
    expect(crossRate(rate('0.000001'), rate('999999999999'))).toBeUndefined();
  });
});

describe('convertMoney', () => {
  it.each([
    [{ amount: 1_000n, currency: 'USD' }, '150.683', 'JPY', 1_507n],
    [{ amount: 1_507n, currency: 'JPY' }, '0.0066364', 'USD', 1_000n],
    [{ amount: 1_000n, currency: 'USD' }, '0.3075', 'KWD', 3_075n],
    [{ amount: 5n, currency: 'EUR' }, '0.5', 'USD', 2n],
    [{ amount: -5n, currency: 'EUR' }, '0.5', 'USD', -2n],
    [{ amount: 9_007_199_254_740_991n, currency: 'EUR' }, '1', 'USD', 9_007_199_254_740_991n],
  ])('%o at %s is %s %d', (money, text, currency, amount) => {
    expect(convertMoney(money, rate(text), currency)).toEqual({ amount, currency });
  });

  it('refuses what becomes too large', () => {
    expect(() => convertMoney({ amount: 9_007_199_254_740_991n, currency: 'EUR' }, rate('1.1'), 'USD')).toThrow(
      expect.objectContaining({ code: 'money-overflow' }),
    );
  });

  it('is off by half a minor unit at most', () => {
    const amounts = fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n });
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 1n, max: 10n ** 16n }), (amount, any) => {
        const converted = convertMoney({ amount, currency: 'EUR' }, any, 'USD').amount;
        const twiceOff = 2n * (converted * PAR - amount * any);
        expect(twiceOff <= PAR && twiceOff >= -PAR).toBe(true);
      }),
    );
  });
});
