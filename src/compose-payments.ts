import { createCloudpayments } from '../adapters/payments/cloudpayments.ts';
import { createSandboxPayments } from '../adapters/payments/sandbox.ts';
import { createStripePayments } from '../adapters/payments/stripe.ts';
import { usualPaymentGuards, withPaymentGuards } from '../adapters/payment-guards.ts';
import { publicUrlOf } from './config.ts';
import type { Config } from './config.ts';
import { createPayments, createSandboxBooks } from './contexts/payments/index.ts';
import type { Payments, PaymentsDependencies } from './contexts/payments/index.ts';
import type { PaymentProvider } from './ports/payments.ts';
import type { VendorWatch } from './ports/vendor-watch.ts';
import type { VendorObserver } from './process/observers.ts';
import { traceCall } from './telemetry/tracing.ts';

type Parts = Omit<PaymentsDependencies, 'provider' | 'providers' | 'sandbox' | 'returnUrl' | 'messageDays'> & {
  readonly vendors: VendorObserver;
  readonly watch: VendorWatch;
  /** 32 bytes that sign the sandbox's messages, for this purpose alone. */
  readonly sandboxKey: Buffer;
};

const outcomes = [
  ...['succeeded', 'requires_action', 'pending', 'declined', 'unknown'],
  ...['found', 'not_found', 'listed', 'unavailable'],
];

/** Payments with every provider that has an account here, each behind its own guards. */
export function composePayments(config: Config, { vendors, watch, sandboxKey, ...parts }: Parts): Payments {
  const { worker, clock, enqueue } = parts;
  const guard = <Provider extends PaymentProvider>(provider: Provider): Provider => {
    const dependency = `payments:${provider.name}`;
    vendors.begin(dependency, outcomes);
    return withPaymentGuards(provider, { ...usualPaymentGuards, dependency, observer: vendors, trace: traceCall });
  };
  const sandbox = guard(
    createSandboxPayments({
      books: createSandboxBooks({ database: worker, clock, enqueue }),
      clock,
      secret: sandboxKey.toString('hex'),
      payPage: `${publicUrlOf(config)}/sandbox/pay`,
    }),
  );
  const { stripe, cloudpayments, returnUrl, messageDays } = config.payments;
  const providers: PaymentProvider[] = [sandbox];
  if (stripe !== undefined) providers.push(guard(createStripePayments({ ...stripe, watch })));
  if (cloudpayments !== undefined) providers.push(guard(createCloudpayments({ ...cloudpayments, watch })));
  const provider = providers.find(({ name }) => name === config.payments.provider) ?? sandbox;
  return createPayments({ ...parts, provider, providers, sandbox, returnUrl, messageDays });
}
