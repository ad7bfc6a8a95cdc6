import type { EnvironmentReader } from './environment-reader.ts';

/** Vendors as SMS_PROVIDERS and EMAIL_PROVIDERS spell them. */
export const smsProviderNames = ['sandbox', 'twilio', 'kavenegar', 'vonage'] as const;
export const emailProviderNames = ['sandbox', 'smtp', 'sendpulse'] as const;

const signatureMethods = ['md5hash', 'md5', 'sha1', 'sha256', 'sha512'] as const;

/**
 * Accounts at messaging vendors. One that is set but not listed as a provider sends nothing more, and still takes reports
 * about what it sent.
 */
export interface VendorSettings {
  readonly twilio: Account<'accountSid' | 'authToken' | 'from'> | undefined;
  readonly kavenegar: (Account<'apiKey' | 'sender'> & WebhookTokens) | undefined;
  readonly vonage:
    | (Account<'apiKey' | 'apiSecret' | 'from'> &
        WebhookTokens & {
          readonly signature:
            { readonly secret: string; readonly method: (typeof signatureMethods)[number] } | undefined;
        })
    | undefined;
  readonly sendpulse: (Account<'clientId' | 'clientSecret'> & WebhookTokens) | undefined;
  /** Where servers report mails of SMTP that they could not deliver; undefined: nowhere. */
  readonly bounces: ({ readonly address: string } & WebhookTokens) | undefined;
  /** Calls per second that a provider allows, where it differs from the rest. */
  readonly rates: Readonly<Record<string, number>>;
}

type Account<Fields extends string> = Readonly<Record<Fields, string>> & {
  /** Where its API is; undefined: the vendor's own address. */
  readonly url: string | undefined;
};

interface WebhookTokens {
  /** Secret ends of webhook paths; empty: every report pushed by this vendor is refused. */
  readonly tokens: readonly string[];
}

/** @param listed the configured providers of both channels: what they need must be there */
export function readVendors(read: EnvironmentReader, listed: readonly string[]): VendorSettings {
  const account = <Fields extends string>(
    vendor: string,
    variables: Readonly<Record<Fields, string>>,
  ): Account<Fields> | undefined => {
    const url = read.url(`${vendor.toUpperCase()}_URL`, ['http:', 'https:'])?.replace(/\/+$/, '');
    const values = Object.entries<string>(variables).map(([field, variable]) => ({
      field,
      variable,
      value: read.text(variable),
    }));
    const missing = values.filter(({ value }) => value === undefined);
    if (missing.length === values.length && !listed.includes(vendor)) return undefined;
    for (const { variable } of missing) read.faults.push(`${variable} is missing`);
    const fields = Object.fromEntries(values.map(({ field, value }) => [field, value ?? '']));
    return { ...(fields as Record<Fields, string>), url };
  };
  const twilio = account('twilio', {
    accountSid: 'TWILIO_ACCOUNT_SID',
    authToken: 'TWILIO_AUTH_TOKEN',
    from: 'TWILIO_FROM',
  });
  const kavenegar = account('kavenegar', { apiKey: 'KAVENEGAR_API_KEY', sender: 'KAVENEGAR_SENDER' });
  const vonage = account('vonage', {
    apiKey: 'VONAGE_API_KEY',
    apiSecret: 'VONAGE_API_SECRET',
    from: 'VONAGE_FROM',
  });
  const sendpulse = account('sendpulse', { clientId: 'SENDPULSE_CLIENT_ID', clientSecret: 'SENDPULSE_CLIENT_SECRET' });
  const tokens = {
    kavenegar: webhookTokens(read, 'KAVENEGAR_WEBHOOK_TOKENS'),
    vonage: webhookTokens(read, 'VONAGE_WEBHOOK_TOKENS'),
    sendpulse: webhookTokens(read, 'SENDPULSE_WEBHOOK_TOKENS'),
    smtp: webhookTokens(read, 'SMTP_WEBHOOK_TOKENS'),
  };
  const address = bounceAddress(read);
  const secret = read.text('VONAGE_SIGNATURE_SECRET');
  const method = read.choice('VONAGE_SIGNATURE_METHOD', 'md5hash', signatureMethods);
  return {
    twilio,
    kavenegar: kavenegar && { ...kavenegar, tokens: tokens.kavenegar },
    vonage: vonage && {
      ...vonage,
      tokens: tokens.vonage,
      signature: secret === undefined ? undefined : { secret, method },
    },
    sendpulse: sendpulse && { ...sendpulse, tokens: tokens.sendpulse },
    bounces: address === undefined ? undefined : { address, tokens: tokens.smtp },
    rates: rates(read),
  };
}

/** Behind its mailbox each mail's own token has to fit into the 64 characters in front of an @. */
function bounceAddress(read: EnvironmentReader): string | undefined {
  const address = read.text('SMTP_BOUNCE_ADDRESS');
  if (address === undefined || /^[a-z0-9][a-z0-9._-]{0,14}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(address)) return address;
  read.faults.push(
    'SMTP_BOUNCE_ADDRESS is an address such as bounces@example.org, with at most 15 characters before the @',
  );
  return undefined;
}

/** Checked here because a fault repeats the value, and these are secrets. */
function webhookTokens(read: EnvironmentReader, name: string): readonly string[] {
  const tokens = (read.text(name)?.split(',') ?? []).map((token) => token.trim());
  if (!tokens.every((token) => /^[A-Za-z0-9_-]{32,128}$/.test(token))) {
    read.faults.push(
      `${name} is a comma-separated list of secrets of 32 to 128 letters, digits, "-" and "_", ` +
        'for example from "openssl rand -hex 32"',
    );
  }
  return Object.freeze(tokens);
}

/** `twilio=100,kavenegar=50` */
function rates(read: EnvironmentReader): Readonly<Record<string, number>> {
  const known: readonly string[] = [...smsProviderNames, ...emailProviderNames];
  const entries = read.list('PROVIDER_RATES', [], {
    test: (item) => {
      const [name = '', rate = '', ...more] = item.split('=');
      return known.includes(name) && more.length === 0 && /^\d+(\.\d+)?$/.test(rate) && Number(rate) > 0;
    },
    words: 'providers and their calls per second such as twilio=100',
  });
  const pairs = entries.map((entry) => entry.split('='));
  return Object.freeze(Object.fromEntries(pairs.map(([name = '', rate]) => [name, Number(rate)])));
}
