import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';

const callingCodes = new Set<string>(getCountries().map((country) => getCountryCallingCode(country)));

/**
 * The country calling code that an E.164 number begins with, without the plus: `98` for `+98912…`. No calling code is the
 * beginning of another one, so the first match is the only one. Numbers of no country (satellites) give their first three digits.
 */
export function callingCodeOf(phone: string): string {
  for (let length = 1; length < 3; length += 1) {
    const code = phone.slice(1, 1 + length);
    if (callingCodes.has(code)) return code;
  }
  return phone.slice(1, 4);
}
