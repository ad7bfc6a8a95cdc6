import { getCountry, getTimezone } from 'countries-and-timezones';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { LRUCache } from 'lru-cache';
import { isTimeZone } from '../../../shared/time-zone.ts';
import type { Channel } from '../message.ts';

/** Where to look for the clock of somebody. */
export interface Whereabouts {
  readonly channel: Channel;
  readonly address: string;
  /** IANA; null when they have not told. */
  readonly time_zone: string | null;
}

/**
 * The zones somebody may live in: the one they told, else all of their number's country, else all of the given country.
 *
 * @param country ISO 3166-1
 */
export function zonesOf({ channel, address, time_zone: told }: Whereabouts, country: string): readonly string[] {
  if (told !== null && isTimeZone(told)) return [told];
  return zonesOfCountry((channel === 'sms' ? countryOfPhone(address) : undefined) ?? country);
}

/**
 * The language and region that most people of the number's country write, by CLDR: `fa-IR` for `+98…`.
 *
 * @returns undefined where the number tells no country
 */
export function localeOfPhone(phone: string): string | undefined {
  const country = countryOfPhone(phone);
  return country === undefined ? undefined : `${new Intl.Locale(`und-${country}`).maximize().language}-${country}`;
}

/** ISO 3166-1; undefined where the calling code is shared and the number does not tell. */
function countryOfPhone(phone: string): string | undefined {
  return parsePhoneNumberFromString(phone)?.country;
}

const known = new LRUCache<string, readonly string[]>({ max: 300 });

function zonesOfCountry(country: string): readonly string[] {
  const found = known.get(country) ?? distinct(getCountry(country)?.timezones ?? []);
  known.set(country, found);
  return found;
}

/** Zones that keep the same offsets in winter and in summer are one. Never empty. */
function distinct(zones: readonly string[]): readonly string[] {
  const byOffsets = new Map<string, string>();
  for (const zone of zones.filter(isTimeZone)) {
    const offsets = getTimezone(zone);
    byOffsets.set(`${offsets?.utcOffset} ${offsets?.dstOffset}`, zone);
  }
  return byOffsets.size === 0 ? ['UTC'] : [...byOffsets.values()];
}
