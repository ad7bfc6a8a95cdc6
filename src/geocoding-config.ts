import type { EnvironmentReader } from './environment-reader.ts';

/** Geocoders as GEOCODING_PROVIDER spells them. */
export const geocoderNames = ['offline', 'opencage', 'google'] as const;
export type GeocoderName = (typeof geocoderNames)[number];

/** Who is asked where addresses are. */
export interface GeocodingSettings {
  readonly provider: GeocoderName;
  /** Of the chosen vendor; empty for `offline`. */
  readonly apiKey: string;
  /** Where a vendor is, where that differs from its own address. */
  readonly urls: Readonly<Record<Exclude<GeocoderName, 'offline'>, string | undefined>>;
}

export function readGeocodingSettings(read: EnvironmentReader): GeocodingSettings {
  const provider = read.choice('GEOCODING_PROVIDER', 'offline', geocoderNames);
  const keys = { opencage: read.text('OPENCAGE_API_KEY'), google: read.text('GOOGLE_GEOCODING_API_KEY') };
  const url = (variable: string): string | undefined => read.url(variable, ['http:', 'https:'])?.replace(/\/+$/, '');
  if (provider !== 'offline' && keys[provider] === undefined) {
    read.faults.push(`${provider === 'opencage' ? 'OPENCAGE_API_KEY' : 'GOOGLE_GEOCODING_API_KEY'} is missing`);
  }
  return {
    provider,
    apiKey: (provider === 'offline' ? undefined : keys[provider]) ?? '',
    urls: { opencage: url('OPENCAGE_URL'), google: url('GOOGLE_GEOCODING_URL') },
  };
}
