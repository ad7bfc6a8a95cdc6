import Stripe from 'stripe';
import type { CallOptions, PaymentOutcome } from '../../src/ports/payments.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { callVendor, isObject } from '../vendor-call.ts';
import type { VendorAnswer } from '../vendor-call.ts';
import { tamed } from '../vendor-codes.ts';
import { declineCodeOf, UnmappedByStripe } from './stripe-reading.ts';

export interface StripeAccount {
  readonly secretKey: string;
  /** Where its API is; undefined: Stripe's own address. */
  readonly url: string | undefined;
  readonly watch: VendorWatch;
}

/** Why a call brought nothing. */
export type StripeFailure =
  | {
      readonly outcome: 'declined';
      readonly code: string;
      readonly detail: string;
      readonly retryable: boolean;
      readonly providerRef?: string | undefined;
    }
  | { readonly outcome: 'unknown'; readonly detail: string };

/**
 * Makes one call by Stripe's own library, which is never let repeat it: jobs do, under the same key. The library's requests go
 * through `callVendor`, which tells what was certainly not sent from what may have been.
 *
 * @returns what `work` gave, or why it failed; never throws for anything the other side does
 */
export async function askStripe<Result>(
  { secretKey, url, watch }: StripeAccount,
  { signal, traceparent }: CallOptions,
  work: (stripe: Stripe) => Promise<Result>,
): Promise<{ readonly result: Result } | { readonly failure: StripeFailure }> {
  const seen: { broken?: Exclude<VendorAnswer, { kind: 'answered' }> } = {};
  const fetchOnce: typeof fetch = async (input, init) => {
    const answer = await callVendor({
      method: init?.method === 'GET' ? 'GET' : 'POST',
      url: input instanceof Request ? input.url : input.toString(),
      headers: Object.fromEntries(new Headers(init?.headers)),
      ...(typeof init?.body === 'string' && init.body !== '' ? { body: init.body } : {}),
      signal,
      traceparent,
    });
    if (answer.kind === 'answered')
      return new Response(answer.text, { status: answer.status, headers: answer.headers });
    seen.broken = answer;
    throw new TypeError(answer.code);
  };
  const at = url === undefined ? undefined : new URL(url);
  const stripe = new Stripe(secretKey, {
    httpClient: Stripe.createFetchHttpClient(fetchOnce),
    maxNetworkRetries: 0,
    telemetry: false,
    ...(at === undefined
      ? {}
      : {
          host: at.hostname,
          protocol: at.protocol === 'http:' ? 'http' : 'https',
          ...(at.port === '' ? {} : { port: at.port }),
        }),
  });
  try {
    return { result: await work(stripe) };
  } catch (error) {
    return { failure: failureOf(error, seen.broken, watch) };
  }
}

function failureOf(
  error: unknown,
  broken: { readonly kind: string; readonly code: string } | undefined,
  watch: VendorWatch,
): StripeFailure {
  if (broken?.kind === 'not-sent') return refused(broken.code, 'not connected', true);
  if (broken !== undefined) return { outcome: 'unknown', detail: broken.code };
  if (error instanceof UnmappedByStripe) {
    watch.unmapped({ vendor: 'stripe', where: 'look-up', code: error.code });
    return { outcome: 'unknown', detail: `stripe-${error.code}: nobody has mapped this` };
  }
  if (!(error instanceof Stripe.errors.StripeError)) {
    return { outcome: 'unknown', detail: Error.isError(error) ? error.name : 'no error' };
  }
  const { statusCode = 0, code = error.type } = error;
  const named = `stripe-${tamed(code)}`;
  if (statusCode === 402) return cardRefused(error);
  if (statusCode === 401 || statusCode === 403) {
    watch.misconfigured({ vendor: 'stripe', code: tamed(code) });
    return refused(named, 'Stripe refuses this installation', true);
  }
  if (statusCode === 429) return refused(named, 'too many calls', true);
  // The same key with other parameters, or at the same time: what the first call did is not said.
  if (statusCode === 409 || error instanceof Stripe.errors.StripeIdempotencyError)
    return { outcome: 'unknown', detail: named };
  if (statusCode >= 400 && statusCode < 500) return refused(named, 'Stripe refuses this', false);
  return { outcome: 'unknown', detail: `${named}: Stripe is not well` };
}

function cardRefused(error: InstanceType<typeof Stripe.errors.StripeError>): StripeFailure {
  const raw: unknown = error.raw;
  const told = isObject(raw) ? raw : {};
  const intent = told['payment_intent'];
  const providerRef = isObject(intent) && typeof intent['id'] === 'string' ? intent['id'] : undefined;
  return { ...refused(declineCodeOf(told), 'the bank refuses', false), providerRef };
}

function refused(code: string, detail: string, retryable: boolean) {
  return { outcome: 'declined', code, detail, retryable } as const satisfies PaymentOutcome;
}
