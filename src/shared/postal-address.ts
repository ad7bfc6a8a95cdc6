import { getCountry } from 'countries-and-timezones';
import { postcodeValidator, postcodeValidatorExistsForCountry } from 'postcode-validator';

/** Where something is to be brought, as people write it. */
export interface PostalAddress {
  /** Street and house, or whatever finds the door. */
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string;
  /** State, province or county. */
  readonly region: string | null;
  readonly postalCode: string | null;
  /** ISO 3166-1 alpha-2: `DE`. */
  readonly country: string;
}

export interface AddressFault {
  readonly field: keyof PostalAddress;
  readonly detail: string;
}

/** Where every address has a code, and a parcel without one goes astray. */
const needingCode = new Set(
  (
    'AT AU BE BG BR BY CA CH CN CY CZ DE DK EE ES FI FR GB GR HR HU ID IN IS IT JP KR LT LU LV MX MY NL NO PH PL PT RO RS ' +
    'RU SE SG SI SK TH TR TW UA US ZA'
  ).split(' '),
);

const NATIVE_DIGIT = /[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g;

/**
 * One spelling of an address: no blanks around or doubled, an empty line is none, country and postal code in capitals and with
 * ASCII digits. Pure; the same when done twice.
 */
export function tidyAddress(address: PostalAddress): PostalAddress {
  return {
    line1: tidy(address.line1),
    line2: tidy(address.line2 ?? '') || null,
    city: tidy(address.city),
    region: tidy(address.region ?? '') || null,
    postalCode:
      tidy(address.postalCode ?? '')
        .replaceAll(NATIVE_DIGIT, asciiDigit)
        .toUpperCase() || null,
    country: address.country.toUpperCase(),
  };
}

/**
 * What is wrong with an address by its form alone, without asking anybody: a country that is none, a postal code that the
 * country cannot have, or none where its post needs one. Whether the place exists is for a `Geocoder`.
 *
 * @param address tidied; see {@link tidyAddress}
 * @returns all faults; empty for none
 */
export function addressFaults({ line1, city, postalCode, country }: PostalAddress): readonly AddressFault[] {
  const faults: AddressFault[] = [];
  if (line1 === '') faults.push({ field: 'line1', detail: 'is empty' });
  if (city === '') faults.push({ field: 'city', detail: 'is empty' });
  if (getCountry(country) === null) faults.push({ field: 'country', detail: 'is no country of ISO 3166' });
  else if (postalCode === null) {
    if (needingCode.has(country)) faults.push({ field: 'postalCode', detail: `is needed in ${country}` });
  } else if (postcodeValidatorExistsForCountry(country) && !postcodeValidator(postalCode, country)) {
    faults.push({ field: 'postalCode', detail: `is no postal code of ${country}` });
  }
  return faults;
}

function tidy(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

function asciiDigit(digit: string): string {
  const code = digit.charCodeAt(0);
  return String(code - (code >= 0xff10 ? 0xff10 : code >= 0x06f0 ? 0x06f0 : 0x0660));
}
