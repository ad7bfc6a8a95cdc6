import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { currencies, isCurrency, minorUnitsOf } from './currency.ts';
import { addMoney, divideHalfEven, LARGEST_AMOUNT, moneyBody, moneyText, readAmount, readMoney } from './money.ts';

const minorUnits = fc.bigInt({ min: -LARGEST_AMOUNT, max: LARGEST_AMOUNT });

describe('currencies', () => {
  it.each([
    ['JPY', 0],
    ['USD', 2],
    ['HUF', 2],
    ['IQD', 3],
    ['KWD', 3],
  ])('%s has %i digits after the point', (currency, digits) => {
    expect(minorUnitsOf(currency)).toBe(digits);
  });

  it.each(['XXX', 'XTS', 'XAU', 'usd', 'US', '', 'constructor'])('%j is none', (code) => {
    expect(isCurrency(code)).toBe(false);
    expect(() => minorUnitsOf(code)).toThrow(RangeError);
  });

  it('lists each once', () => {
    expect(new Set(currencies).size).toBe(currencies.length);
    expect(currencies.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
  });
});

describe('Money on the wire', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(minorUnits, (amount) => {
        const money = { amount, currency: 'USD' };
        expect(readMoney(moneyBody(money), '/amount')).toEqual(money);
      }),
    );
  });

  it('names the place of an unknown currency', () => {
    expect(() => readMoney({ amount: 1, currency: 'DEM' }, '/paid/0')).toThrow(
      expect.objectContaining({
        code: 'currency-unknown',
        errors: [{ pointer: '/paid/0/currency', detail: 'is no currency' }],
      }),
    );
  });

  it('refuses what JSON could not carry', () => {
    expect(() => moneyBody({ amount: LARGEST_AMOUNT + 1n, currency: 'USD' })).toThrow(
      expect.objectContaining({ code: 'money-overflow' }),
    );
  });
});

describe('addMoney', () => {
  it('adds one currency, up to the largest amount', () => {
    expect(addMoney({ amount: 1n, currency: 'EUR' }, { amount: -3n, currency: 'EUR' })).toEqual({
      amount: -2n,
      currency: 'EUR',
    });
    expect(() => addMoney({ amount: LARGEST_AMOUNT, currency: 'EUR' }, { amount: 1n, currency: 'EUR' })).toThrow(
      expect.objectContaining({ code: 'money-overflow' }),
    );
  });

  it('adds no dollars to euros', () => {
    expect(() => addMoney({ amount: 1n, currency: 'EUR' }, { amount: 1n, currency: 'USD' })).toThrow(TypeError);
  });
});

describe('divideHalfEven', () => {
  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [5n, -2n, -2n],
    [-7n, -2n, 4n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [0n, 7n, 0n],
  ])('%d ÷ %d is %d', (numerator, denominator, quotient) => {
    expect(divideHalfEven(numerator, denominator)).toBe(quotient);
  });

  it('is the nearest integer, and the even one of two, for either sign', () => {
    const divisor = fc.bigInt({ min: 1n, max: 10n ** 20n });
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), divisor, (numerator, denominator) => {
        const quotient = divideHalfEven(numerator, denominator);
        const twiceOff = 2n * (numerator - quotient * denominator);
        const distance = twiceOff < 0n ? -twiceOff : twiceOff;
        expect(distance <= denominator).toBe(true);
        if (distance === denominator) expect(quotient % 2n).toBe(0n);
        expect(divideHalfEven(-numerator, denominator)).toBe(-quotient);
      }),
    );
  });
});

describe('Money as a decimal', () => {
  it('comes back as it was, in every currency', () => {
    fc.assert(
      fc.property(minorUnits, fc.constantFrom(...currencies), (amount, currency) => {
        expect(readAmount(moneyText({ amount, currency }), currency)).toBe(amount);
      }),
    );
  });

  it.each([
    ['10.99', 'USD', 1099n],
    ['10.9', 'USD', 1090n],
    [' +7 ', 'USD', 700n],
    ['-0.05', 'USD', -5n],
    ['1099', 'JPY', 1099n],
    ['1099.00', 'JPY', 1099n],
    ['1.234', 'KWD', 1234n],
    ['1.2300000', 'USD', 123n],
  ])('reads %j %s', (text, currency, amount) => {
    expect(readAmount(text, currency)).toBe(amount);
  });

  it.each([
    ['10.995', 'USD'],
    ['10.5', 'JPY'],
    ['1,000.00', 'USD'],
    ['1e3', 'USD'],
    ['0x10', 'USD'],
    ['.5', 'USD'],
    ['5.', 'USD'],
    ['', 'USD'],
    ['--1', 'USD'],
    ['90071992547409.92', 'USD'],
  ])('does not take %j for %s', (text, currency) => {
    expect(readAmount(text, currency)).toBeUndefined();
  });
});
