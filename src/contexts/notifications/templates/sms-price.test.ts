import { expect, test } from '@jest/globals';
import { packSms } from './pack-sms.ts';
import { estimateCosts, priceFor, readSmsPrice } from './sms-price.ts';
import type { SmsPrice } from './sms-price.ts';

const iran: SmsPrice = { prefix: '98', preciseAmount: 150, fractionDigits: 4, currency: 'USD' };

test('a price is read exactly, below minor units too', () => {
  expect(readSmsPrice('98=0.0150 USD')).toEqual(iran);
  expect(readSmsPrice('1=2 IRR')).toEqual({ prefix: '1', preciseAmount: 2, fractionDigits: 0, currency: 'IRR' });
  for (const wrong of ['98=0.0150', '=1 USD', '+98=1 USD', '98=-1 USD', '98=1e3 USD', '98=1 usd', '']) {
    expect(readSmsPrice(wrong)).toBeUndefined();
  }
});

test('the longest prefix counts', () => {
  const mobile = { ...iran, prefix: '98912', preciseAmount: 90 };
  expect(priceFor('+989121234567', [iran, mobile])).toBe(mobile);
  expect(priceFor('+989351234567', [iran, mobile])).toBe(iran);
  expect(priceFor('+14155550100', [iran, mobile])).toBeUndefined();
});

test('every part is paid', () => {
  expect(estimateCosts(packSms('a'.repeat(161)), [iran])).toEqual([{ ...iran, preciseAmount: 300 }]);
});
