import type Stripe from 'stripe';
import { captureId } from '../../src/ports/payments.ts';
import type {
  CallOptions,
  ListOutcome,
  PaymentOutcome,
  PaymentProvider,
  ProviderPayment,
  ProviderTransaction,
  StartPayment,
} from '../../src/ports/payments.ts';
import { faultOfTimestamped } from '../timestamped-signature.ts';
import { isObject } from '../vendor-call.ts';
import { askStripe } from './stripe-client.ts';
import type { StripeAccount, StripeFailure } from './stripe-client.ts';
import { fromStripeAmount, toStripeAmount } from './stripe-money.ts';
import { metadataOf, readIntent, refundStateOf } from './stripe-reading.ts';
import { readStripeMessage, storedEvent } from './stripe-webhook.ts';

export interface StripeOptions extends StripeAccount {
  /** Of its webhook endpoint; two while they are exchanged. */
  readonly webhookSecrets: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const PAGE = 100;

/** Stripe's PaymentIntents by its own library. An intent carries our attempt in its metadata. */
export function createStripePayments(options: StripeOptions): PaymentProvider {
  const ask = <Result>(call: CallOptions, work: (stripe: Stripe) => Promise<Result>) => askStripe(options, call, work);
  return {
    name: 'stripe',
    // Its search, by which a payment is found whose answer was lost, may be an hour behind.
    capabilities: { partialCapture: 'once', refundDays: 180, keySeconds: 86_400, processingSeconds: 3_600 },
    async startPayment(command, call) {
      const amount = toStripeAmount(command.amount);
      if (amount === undefined) return notSayable;
      const answer = await ask(call, (stripe) =>
        stripe.paymentIntents.create(intentOf(command, amount), { idempotencyKey: command.attemptId }),
      );
      return 'failure' in answer ? answer.failure : started(answer.result, command);
    },
    async capture({ key, reference, providerRef, amount: money }, call) {
      const amount = toStripeAmount(money);
      if (amount === undefined) return notSayable;
      const answer = await ask(call, async (stripe) =>
        stripe.paymentIntents.capture(
          providerRef ?? (await findIntent(stripe, reference)) ?? '',
          { amount_to_capture: amount },
          { idempotencyKey: key },
        ),
      );
      return 'failure' in answer ? answer.failure : { outcome: 'succeeded', providerRef: answer.result.id };
    },
    async void({ key, reference, providerRef }, call) {
      const answer = await ask(call, async (stripe) =>
        stripe.paymentIntents.cancel(
          providerRef ?? (await findIntent(stripe, reference)) ?? '',
          {},
          { idempotencyKey: key },
        ),
      );
      return 'failure' in answer ? answer.failure : { outcome: 'succeeded', providerRef: answer.result.id };
    },
    async refund({ key, reference, providerRef, amount: money }, call) {
      const amount = toStripeAmount(money);
      if (amount === undefined || providerRef === undefined) return notSayable;
      const metadata = { attempt_id: reference, movement_id: key };
      const answer = await ask(call, async (stripe) => {
        const refund = await stripe.refunds.create(
          { payment_intent: providerRef, amount, metadata },
          { idempotencyKey: key },
        );
        return { id: refund.id, state: refundStateOf(refund.status) };
      });
      if ('failure' in answer) return answer.failure;
      const { id, state } = answer.result;
      if (state === 'failed') return { ...notSayable, code: 'stripe-refund-failed', detail: 'the bank refuses' };
      return { outcome: state, providerRef: id };
    },
    async fetch({ reference, providerRef }, call) {
      const answer = await ask(call, async (stripe) => {
        const id = providerRef ?? (await findIntent(stripe, reference));
        if (id === undefined) return undefined;
        return readIntent(json(await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })));
      });
      if ('failure' in answer) {
        const missing = answer.failure.outcome === 'declined' && answer.failure.code === 'stripe-resource_missing';
        return missing ? { outcome: 'not_found' } : unavailable(answer.failure);
      }
      return answer.result === undefined ? { outcome: 'not_found' } : { outcome: 'found', payment: answer.result };
    },
    async list({ from, until, cursor }, call) {
      const created = { gte: Math.floor(from.getTime() / 1000), lt: Math.ceil(until.getTime() / 1000) };
      const after = cursor === undefined ? {} : { starting_after: cursor };
      const answer = await ask(call, async (stripe): Promise<ListOutcome> => {
        const page = await stripe.balanceTransactions.list({ created, limit: PAGE, expand: ['data.source'], ...after });
        const transactions = page.data.flatMap((entry) => transactionOf(json(entry)));
        return { outcome: 'listed', transactions, cursor: page.has_more ? page.data.at(-1)?.id : undefined };
      });
      return 'failure' in answer ? unavailable(answer.failure) : answer.result;
    },
    parseWebhook({ signature, raw, at }) {
      const fault = faultOfTimestamped(signature ?? '', { secrets: options.webhookSecrets, raw, at });
      if (fault !== undefined) return { verdict: 'rejected', reason: fault };
      const event = storedEvent(raw);
      if (event === undefined) return { verdict: 'rejected', reason: 'unreadable' };
      return { verdict: 'verified', dedupeKey: event.id, kind: event.type, stored: event.stored };
    },
    readMessage: ({ stored }) => readStripeMessage(stored, options.watch),
    acknowledge: () => ({ status: 200, body: { received: true } }),
  };
}

const notSayable = {
  outcome: 'declined',
  code: 'stripe-amount',
  detail: 'Stripe cannot take this amount of this currency',
  retryable: false,
} as const;

/** Named as it goes over the wire; the library's types promise more than a vendor keeps. */
function json(thing: unknown): Json {
  return isObject(thing) ? thing : {};
}

function intentOf(command: StartPayment, amount: number): Stripe.PaymentIntentCreateParams {
  const { attemptId, amount: money, captureMode, description, methodToken, returnUrl } = command;
  const redirects = returnUrl === undefined ? ({ allow_redirects: 'never' } as const) : {};
  const common: Stripe.PaymentIntentCreateParams = {
    amount,
    currency: money.currency.toLowerCase(),
    capture_method: captureMode,
    description,
    metadata: { attempt_id: attemptId },
  };
  if (methodToken === undefined) return { ...common, automatic_payment_methods: { enabled: true } };
  return {
    ...common,
    automatic_payment_methods: { enabled: true, ...redirects },
    payment_method: methodToken,
    confirm: true,
    ...(returnUrl === undefined ? {} : { return_url: returnUrl }),
  };
}

function started(
  intent: Stripe.PaymentIntent,
  { methodToken }: StartPayment,
): PaymentOutcome<{ readonly payment: ProviderPayment }> {
  const payment = readIntent(json(intent));
  const { providerRef } = payment;
  switch (payment.state) {
    case 'authorised':
    case 'captured':
      return { outcome: 'succeeded', payment };
    case 'processing':
      return { outcome: 'pending', providerRef };
    case 'requires_action': {
      const refused = methodToken !== undefined && intent.status === 'requires_payment_method';
      if (refused)
        return {
          ...notSayable,
          code: payment.declineCode ?? 'stripe-declined',
          detail: 'the bank refuses',
          providerRef,
        };
      if (intent.client_secret === null)
        return { outcome: 'unknown', detail: 'an intent without its secret', providerRef };
      return {
        outcome: 'requires_action',
        providerRef,
        action: { kind: 'client_secret', clientSecret: intent.client_secret },
      };
    }
    case 'declined':
    case 'voided':
    case 'expired':
      return { ...notSayable, code: `stripe-${intent.status}`, detail: 'it is over already', providerRef };
  }
}

/** The id of the intent of an attempt whose answer was lost; undefined when the search, which may lag, knows none. */
async function findIntent(stripe: Stripe, reference: string): Promise<string | undefined> {
  const found = await stripe.paymentIntents.search({ query: `metadata['attempt_id']:'${reference}'`, limit: 1 });
  return found.data[0]?.id;
}

/** An entry of Stripe's balance; none for what is no payment, and for payments made by others in this account. */
function transactionOf(entry: Json): ProviderTransaction[] {
  const source = json(entry['source']);
  const { id, object, payment_intent: providerRef, amount, amount_captured: captured, currency } = source;
  if (typeof id !== 'string' || typeof providerRef !== 'string' || typeof currency !== 'string') return [];
  const at = new Date(Number(entry['created']) * 1000);
  const { attempt_id: reference } = metadataOf(source);
  const refund = object === 'refund' && typeof amount === 'number';
  if (refund && entry['type'] !== 'refund_failure' && entry['type'] !== 'payment_refund_failure') {
    const money = fromStripeAmount(amount, currency);
    return [{ operation: 'refund', transactionId: id, providerRef, reference, amount: money, at }];
  }
  if (object !== 'charge' || typeof captured !== 'number' || reference === undefined) return [];
  const money = fromStripeAmount(captured, currency);
  return [
    {
      operation: 'capture',
      transactionId: captureId(providerRef, money.amount),
      providerRef,
      reference,
      amount: money,
      at,
    },
  ];
}

function unavailable(failure: StripeFailure) {
  const code = failure.outcome === 'declined' ? failure.code : 'no-answer';
  return { outcome: 'unavailable', code, detail: failure.detail } as const;
}
