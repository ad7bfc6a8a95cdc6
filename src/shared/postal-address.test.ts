import { describe, expect, test } from '@jest/globals';
import { addressFaults, tidyAddress } from './postal-address.ts';
import type { PostalAddress } from './postal-address.ts';

const address: PostalAddress = {
  line1: 'Unter den Linden 1',
  line2: null,
  city: 'Berlin',
  region: null,
  postalCode: '10117',
  country: 'DE',
};
const fields = (change: Partial<PostalAddress>): string[] =>
  addressFaults(tidyAddress({ ...address, ...change })).map(({ field }) => field);

describe('An address', () => {
  test.each<[string, Partial<PostalAddress>]>([
    ['of Germany', {}],
    ['of Canada, its code in small letters', { country: 'CA', postalCode: 'k1a 0b1' }],
    ['of Iran, with the digits of its language', { country: 'IR', postalCode: '۱۱۳۶۹-۱۳۵۸۱' }],
    ['of Iran without a code', { country: 'IR', postalCode: null }],
    ['of the Emirates, which have no codes', { country: 'AE', postalCode: null }],
    ['of a country whose codes nobody has described', { country: 'AE', postalCode: '00000' }],
    ['of the United States with nine digits', { country: 'US', postalCode: '20500-0003' }],
  ])('%s is right', (_what, change) => {
    expect(fields(change)).toEqual([]);
  });

  test.each<[string, Partial<PostalAddress>, string[]]>([
    ['a code of another country', { postalCode: 'SW1A 1AA' }, ['postalCode']],
    ['a digit too few', { postalCode: '1011' }, ['postalCode']],
    ['no code where the post needs one', { postalCode: ' ' }, ['postalCode']],
    ['a country that is none', { country: 'XX' }, ['country']],
    ['nothing but blanks', { line1: ' ', city: '\t' }, ['line1', 'city']],
  ])('with %s is told at which field', (_what, change, expected) => {
    expect(fields(change)).toEqual(expected);
  });

  test('is spelled in one way, also when spelled twice', () => {
    const once = tidyAddress({
      ...address,
      line1: '  a   b ',
      line2: ' ',
      region: '',
      postalCode: '٠١٢٣٤５',
      country: 'de',
    });
    expect(once).toMatchObject({ line1: 'a b', line2: null, region: null, postalCode: '012345', country: 'DE' });
    expect(tidyAddress(once)).toEqual(once);
  });
});
