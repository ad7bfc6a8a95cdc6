import type { ProviderFact, ProviderPayment, ProviderState } from '../../src/ports/payments.ts';
import { isObject, textOf } from '../vendor-call.ts';
import { tamed } from '../vendor-codes.ts';
import { fromStripeAmount } from './stripe-money.ts';

type Json = Readonly<Record<string, unknown>>;

/** Stripe said something that no map here knows. */
export class UnmappedByStripe extends Error {
  override readonly name = 'UnmappedByStripe';
  /** Cut to what may stand in rows and metrics. */
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = tamed(code);
  }
}

const intentStates: Readonly<Record<string, ProviderState>> = {
  requires_payment_method: 'requires_action',
  requires_confirmation: 'requires_action',
  requires_action: 'requires_action',
  processing: 'processing',
  requires_capture: 'authorised',
  succeeded: 'captured',
  canceled: 'voided',
};
/** Cancelled by time and not by us. */
const expiries: ReadonlySet<unknown> = new Set(['automatic', 'expired']);

/** @throws UnmappedByStripe for a status nobody mapped, and for an intent without its fields */
export function readIntent(intent: Json): ProviderPayment {
  const { id, amount, amount_received: received, currency, status } = intent;
  const state = typeof status === 'string' && Object.hasOwn(intentStates, status) ? intentStates[status] : undefined;
  if (state === undefined) throw new UnmappedByStripe(`status-${String(status)}`);
  if (typeof id !== 'string' || typeof amount !== 'number' || typeof currency !== 'string') {
    throw new UnmappedByStripe('intent-without-its-fields');
  }
  const charge = isObject(intent['latest_charge']) ? intent['latest_charge'] : {};
  const error = intent['last_payment_error'];
  const expiresAt = captureBefore(charge);
  return {
    providerRef: id,
    reference: metadataOf(intent)['attempt_id'],
    state: state === 'voided' && expiries.has(intent['cancellation_reason']) ? 'expired' : state,
    amount: fromStripeAmount(amount, currency),
    captured: fromStripeAmount(typeof received === 'number' ? received : 0, currency).amount,
    refunded: fromStripeAmount(numberOf(charge['amount_refunded']), currency).amount,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(isObject(error) ? { declineCode: declineCodeOf(error) } : {}),
  };
}

/** Why a card was refused, in Stripe's code. */
export function declineCodeOf(error: Json): string {
  return `stripe-${tamed(textOf(error['decline_code']) ?? textOf(error['code']) ?? 'declined')}`;
}

export function metadataOf(thing: Json): Readonly<Record<string, string | undefined>> {
  const { metadata } = thing;
  if (!isObject(metadata)) return {};
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, textOf(value)]));
}

function captureBefore(charge: Json): Date | undefined {
  const details = charge['payment_method_details'];
  const card = isObject(details) ? details['card'] : undefined;
  const until = isObject(card) ? card['capture_before'] : undefined;
  return typeof until === 'number' ? new Date(until * 1000) : undefined;
}

const refundStates: Readonly<Record<string, 'pending' | 'succeeded' | 'failed'>> = {
  pending: 'pending',
  requires_action: 'pending',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
};

export function refundStateOf(status: unknown): 'pending' | 'succeeded' | 'failed' {
  const state = typeof status === 'string' && Object.hasOwn(refundStates, status) ? refundStates[status] : undefined;
  if (state === undefined) throw new UnmappedByStripe(`refund-status-${String(status)}`);
  return state;
}

/** Events about these that nobody mapped are alarms; about anything else they are of no interest. */
const ours = /^(payment_intent|refund|charge\.dispute)\./;
const intentEvents: ReadonlySet<string> = new Set([
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.amount_capturable_updated',
  'payment_intent.canceled',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.created',
]);
const refundEvents: ReadonlySet<string> = new Set(['refund.created', 'refund.updated', 'refund.failed']);
const disputeEvents: ReadonlySet<string> = new Set([
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
]);

/** What an event tells. @throws UnmappedByStripe */
export function readEvent(type: string, thing: Json): ProviderFact {
  // Of intents that somebody else made in this account nothing is known here.
  if (intentEvents.has(type)) {
    return metadataOf(thing)['attempt_id'] === undefined ? nothing : { fact: 'payment', payment: readIntent(thing) };
  }
  if (refundEvents.has(type)) return readRefund(thing);
  if (disputeEvents.has(type)) return readDispute(thing);
  if (ours.test(type)) throw new UnmappedByStripe(`event-${type}`);
  return nothing;
}

const nothing: ProviderFact = { fact: 'nothing' };

function readRefund(refund: Json): ProviderFact {
  const { id, payment_intent: intent, amount, currency, status } = refund;
  if (typeof intent !== 'string') return nothing;
  if (typeof id !== 'string' || typeof amount !== 'number' || typeof currency !== 'string') {
    throw new UnmappedByStripe('refund-without-its-fields');
  }
  const { attempt_id: reference, movement_id: key } = metadataOf(refund);
  const money = fromStripeAmount(amount, currency);
  return {
    fact: 'refund',
    refundRef: id,
    key,
    providerRef: intent,
    reference,
    amount: money,
    state: refundStateOf(status),
  };
}

const disputeStates: Readonly<Record<string, 'opened' | 'won' | 'lost' | null>> = {
  needs_response: 'opened',
  under_review: 'opened',
  won: 'won',
  lost: 'lost',
  // Enquiries: no money has moved, and none does unless they become disputes. Those prevented never begin.
  warning_needs_response: null,
  warning_under_review: null,
  warning_closed: null,
  prevented: null,
};

function readDispute(dispute: Json): ProviderFact {
  const { id, payment_intent: intent, amount, currency, status, reason } = dispute;
  const state = typeof status === 'string' && Object.hasOwn(disputeStates, status) ? disputeStates[status] : undefined;
  if (state === undefined) throw new UnmappedByStripe(`dispute-status-${String(status)}`);
  if (state === null || typeof intent !== 'string') return nothing;
  if (typeof id !== 'string' || typeof amount !== 'number' || typeof currency !== 'string') {
    throw new UnmappedByStripe('dispute-without-its-fields');
  }
  return {
    fact: 'dispute',
    disputeRef: id,
    providerRef: intent,
    amount: fromStripeAmount(amount, currency),
    state,
    reason: tamed(textOf(reason) ?? 'unknown'),
  };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
