import { createHash } from 'node:crypto';
import type { ProviderFact, ProviderPayment } from '../../src/ports/payments.ts';
import type { SandboxCharge, SandboxMove } from '../../src/ports/sandbox-payments.ts';
import { isObject, parseObject } from '../vendor-call.ts';

/** A charge as the port sees it. */
export function paymentOf(charge: SandboxCharge): ProviderPayment {
  const { id, reference, amount, captured, refunded, state, declineCode } = charge;
  return {
    providerRef: id,
    reference,
    state: state === 'open' ? 'requires_action' : state,
    amount,
    captured,
    refunded,
    ...(declineCode === null ? {} : { declineCode }),
  };
}

/** The message about a charge as it is now. The same change has the same id however often it is told. */
export function chargeMessage(charge: SandboxCharge): string {
  const { id, reference, amount, captured, refunded, state, declineCode } = charge;
  const data = {
    charge: id,
    reference,
    ...wireMoney(amount),
    captured: Number(captured),
    refunded: Number(refunded),
    state,
  };
  return message(`charge.${state}`, [id, state, String(captured)], { ...data, declineCode });
}

export function refundMessage(charge: SandboxCharge, move: SandboxMove, state: SandboxMove['state']): string {
  const data = { charge: charge.id, reference: charge.reference, ...wireMoney(move.amount) };
  return message(`refund.${state}`, [move.id, state], { ...data, refund: move.id, key: move.key, state });
}

function wireMoney({ amount, currency }: { readonly amount: bigint; readonly currency: string }) {
  return { amount: Number(amount), currency };
}

function message(type: string, fact: readonly string[], data: object): string {
  const id = `evt_${createHash('sha256').update(fact.join(':')).digest('hex').slice(0, 32)}`;
  return JSON.stringify({ id, type, data });
}

/** The id and type of a message; undefined when it has none. */
export function headOf(raw: Buffer): { readonly id: string; readonly type: string } | undefined {
  const { id, type } = parseObject(raw.toString('utf8')) ?? {};
  return typeof id === 'string' && /^evt_[0-9a-f]{32}$/.test(id) && typeof type === 'string'
    ? { id, type: type.slice(0, 100) }
    : undefined;
}

export function readSandboxMessage(stored: Buffer): ProviderFact {
  const { type, data } = parseObject(stored.toString('utf8')) ?? {};
  const unmapped: ProviderFact = { fact: 'unmapped', code: String(type).slice(0, 60) };
  if (typeof type !== 'string' || !isObject(data)) return unmapped;
  const text = (name: string): string => String(data[name]);
  const amount = { amount: BigInt(Number(data['amount'])), currency: text('currency') };
  const providerRef = text('charge');
  const reference = text('reference');
  switch (type) {
    case 'charge.processing':
    case 'charge.authorised':
    case 'charge.captured':
    case 'charge.declined':
    case 'charge.voided':
      return {
        fact: 'payment',
        payment: {
          providerRef,
          reference,
          state: type.slice('charge.'.length) as ProviderPayment['state'],
          amount,
          captured: BigInt(Number(data['captured'])),
          refunded: BigInt(Number(data['refunded'])),
          ...(typeof data['declineCode'] === 'string' ? { declineCode: data['declineCode'] } : {}),
        },
      };
    case 'refund.succeeded':
    case 'refund.failed':
      return {
        fact: 'refund',
        refundRef: text('refund'),
        key: text('key'),
        providerRef,
        reference,
        amount,
        state: type === 'refund.succeeded' ? 'succeeded' : 'failed',
      };
    case 'dispute.opened':
    case 'dispute.won':
    case 'dispute.lost':
      return {
        fact: 'dispute',
        disputeRef: text('dispute'),
        providerRef,
        amount,
        state: type.slice('dispute.'.length) as 'opened' | 'won' | 'lost',
        reason: text('reason'),
      };
    default:
      return unmapped;
  }
}
