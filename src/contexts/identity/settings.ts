import type { Region } from '../../shared/phone.ts';

/** How often one address or number may be sent something, whatever the purpose. */
export interface SendLimits {
  /** Seconds between two messages. */
  readonly pause: number;
  readonly perHour: number;
  readonly perDay: number;
}

/** What is believed of whom, and where people come back to. Providers by their names. */
export interface SocialLoginSettings {
  /** Exactly these, without query and fragment; the first is the default. */
  readonly redirectUris: readonly string[];
  /** Whose word that a number is verified counts. */
  readonly trustedPhones: readonly string[];
  /** Whose word that an e-mail address is verified counts. */
  readonly trustedEmails: readonly string[];
}

/** What configuration decides about identity. Durations in seconds. */
export interface IdentitySettings {
  /** `iss` of access tokens: the URL under which the world knows this installation. */
  readonly issuer: string;
  readonly accessTokenLifetime: number;
  /** bcrypt cost: 12 takes about 220 ms of one core, one more doubles it. */
  readonly bcryptCost: number;
  /** Hashes at once. Default: one per core, at most three: libuv has four threads, and files and DNS need one. */
  readonly hashesAtOnce?: number;
  /** May only be stricter than the contract's 15. */
  readonly minimumPasswordLength: number;
  /** Accept a password when the list of breached ones can't be asked. */
  readonly acceptUncheckedPasswords: boolean;
  /** Whose national phone numbers are meant when there is no country code. */
  readonly phoneRegion: Region;
  readonly sms: SendLimits;
  readonly email: SendLimits;
  /** Messages with a code that one address may ask for per UTC day, and one network (/24, IPv6 /64). */
  readonly codesPerAddress: number;
  readonly codesPerNetwork: number;
  readonly social: SocialLoginSettings;
  /** Days in which the owner can take a deletion back. */
  readonly deletionGraceDays: number;
  /** Days that an export can be downloaded. */
  readonly exportDays: number;
}

/** What holds unless configuration says otherwise. */
export const defaultSettings: Omit<IdentitySettings, 'issuer'> = {
  accessTokenLifetime: 600,
  bcryptCost: 12,
  minimumPasswordLength: 15,
  acceptUncheckedPasswords: true,
  phoneRegion: 'IR',
  sms: { pause: 60, perHour: 5, perDay: 10 },
  email: { pause: 0, perHour: 5, perDay: 20 },
  codesPerAddress: 50,
  codesPerNetwork: 500,
  social: { redirectUris: [], trustedPhones: [], trustedEmails: [] },
  deletionGraceDays: 14,
  exportDays: 7,
};

/** What identity's secrets are derived from PORTICO_SECRET for: each opens nothing but its own. */
export const secretPurposes = {
  codes: 'identity/one-time-codes',
  exports: 'identity/data-exports',
} as const;
