import type { EnvironmentReader } from './environment-reader.ts';

/** Providers as PAYMENT_PROVIDER spells them. */
export const paymentProviderNames = ['sandbox', 'stripe', 'cloudpayments'] as const;
export type PaymentProviderName = (typeof paymentProviderNames)[number];

/**
 * Who takes money from customers. A provider with an account that is not asked for new payments still tells of old ones, and
 * gives back what it took.
 */
export interface PaymentSettings {
  /** Who is asked for new payments. */
  readonly provider: PaymentProviderName;
  readonly stripe:
    | {
        readonly secretKey: string;
        /** Two while they are exchanged. */
        readonly webhookSecrets: readonly string[];
        /** Where its API is; undefined: its own address. */
        readonly url: string | undefined;
      }
    | undefined;
  readonly cloudpayments:
    { readonly publicId: string; readonly apiSecret: string; readonly url: string | undefined } | undefined;
  /** Where providers send buyers back to. */
  readonly returnUrl: string | undefined;
  /** Days that messages of providers are kept. */
  readonly messageDays: number;
}

export function readPaymentSettings(read: EnvironmentReader): PaymentSettings {
  const provider = read.choice('PAYMENT_PROVIDER', 'sandbox', paymentProviderNames);
  const url = (variable: string): string | undefined => read.url(variable, ['http:', 'https:'])?.replace(/\/+$/, '');
  /** All of them or none; all when the provider is asked for payments. */
  const account = (name: PaymentProviderName, variables: readonly string[]): readonly string[] | undefined => {
    const values = variables.map((variable) => read.text(variable));
    if (provider !== name && values.every((value) => value === undefined)) return undefined;
    for (const [index, variable] of variables.entries()) {
      if (values[index] === undefined) read.faults.push(`${variable} is missing`);
    }
    return values.map((value) => value ?? '');
  };
  const [secretKey, secrets] = account('stripe', ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRETS']) ?? [];
  const [publicId, apiSecret] = account('cloudpayments', ['CLOUDPAYMENTS_PUBLIC_ID', 'CLOUDPAYMENTS_API_SECRET']) ?? [];
  const urls = { stripe: url('STRIPE_URL'), cloudpayments: url('CLOUDPAYMENTS_URL') };
  return {
    provider,
    stripe:
      secretKey === undefined || secrets === undefined
        ? undefined
        : { secretKey, webhookSecrets: webhookSecrets(read, secrets), url: urls.stripe },
    cloudpayments:
      publicId === undefined || apiSecret === undefined ? undefined : { publicId, apiSecret, url: urls.cloudpayments },
    returnUrl: read.url('PAYMENT_RETURN_URL', ['http:', 'https:']),
    messageDays: read.number('PAYMENT_MESSAGE_DAYS', 400, 30, 3650),
  };
}

/** Checked here because a fault repeats the value, and these are secrets. */
function webhookSecrets(read: EnvironmentReader, text: string): readonly string[] {
  const secrets = text.split(',').map((secret) => secret.trim());
  if (!secrets.every((secret) => /^whsec_[A-Za-z0-9_]{8,200}$/.test(secret)) || secrets.length > 2) {
    read.faults.push(
      'STRIPE_WEBHOOK_SECRETS is one secret such as whsec_…, or two with a comma while they are exchanged',
    );
  }
  return Object.freeze(secrets);
}
