import type { EnvironmentReader } from './environment-reader.ts';

/** Providers as PAYMENT_PROVIDER spells them. */
export const paymentProviderNames = ['sandbox'] as const;
export type PaymentProviderName = (typeof paymentProviderNames)[number];

/** Who takes money from customers. */
export interface PaymentSettings {
  /** Who is asked for new payments. */
  readonly provider: PaymentProviderName;
  /** Where providers send buyers back to. */
  readonly returnUrl: string | undefined;
  /** Days that messages of providers are kept. */
  readonly messageDays: number;
}

export function readPaymentSettings(read: EnvironmentReader): PaymentSettings {
  return {
    provider: read.choice('PAYMENT_PROVIDER', 'sandbox', paymentProviderNames),
    returnUrl: read.url('PAYMENT_RETURN_URL', ['http:', 'https:']),
    messageDays: read.number('PAYMENT_MESSAGE_DAYS', 400, 30, 3650),
  };
}
