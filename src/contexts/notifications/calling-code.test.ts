import { expect, test } from '@jest/globals';
import { getCountries, getCountryCallingCode, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { callingCodeOf } from './calling-code.ts';

test('finds the calling code of every country', () => {
  for (const country of getCountries()) {
    const example = getExampleNumber(country, examples);
    if (example !== undefined) expect(callingCodeOf(example.number)).toBe(getCountryCallingCode(country));
  }
});

test('gives numbers of no country their first digits', () => {
  expect(callingCodeOf('+870773111632')).toBe('870');
});
