import type { ProviderFact, ProviderPayment, ProviderState, ProviderTransaction } from '../../src/ports/payments.ts';
import { captureId } from '../../src/ports/payments.ts';
import { isCurrency, minorUnitsOf } from '../../src/shared/currency.ts';
import { moneyText, readAmount } from '../../src/shared/money.ts';
import type { Money } from '../../src/shared/money.ts';
import { textOf } from '../vendor-call.ts';
import { tamed } from '../vendor-codes.ts';

/** Fields of an answer or a notification; every number is the text it was. */
export type Fields = Readonly<Record<string, unknown>>;

/** CloudPayments said something that no map here knows. */
export class UnmappedByCloudpayments extends Error {
  override readonly name = 'UnmappedByCloudpayments';
  /** Cut to what may stand in rows and metrics. */
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = tamed(code);
  }
}

/** Major units with two digits at most, as it wants them; undefined where the amount has more. */
export function toMajorUnits(money: Money): string | undefined {
  const text = moneyText(money);
  if (minorUnitsOf(money.currency) <= 2) return text;
  return text.endsWith('0') ? text.slice(0, -1) : undefined;
}

/** @throws UnmappedByCloudpayments for what is no amount of a known currency */
export function readMajorUnits(amount: unknown, currency: unknown): Money {
  const code = String(currency);
  const minor = isCurrency(code) ? readAmount(String(amount), code) : undefined;
  if (minor === undefined) throw new UnmappedByCloudpayments('amount');
  return { amount: minor, currency: code };
}

const states: Readonly<Record<string, ProviderState>> = {
  AwaitingAuthentication: 'requires_action',
  Authorized: 'authorised',
  Completed: 'captured',
  Cancelled: 'voided',
  // The buyer may try another card on the same page.
  Declined: 'requires_action',
};

/** A transaction, of an answer or a notification. @throws UnmappedByCloudpayments */
export function readTransaction(fields: Fields): ProviderPayment {
  const status = String(fields['Status']);
  const state = Object.hasOwn(states, status) ? states[status] : undefined;
  if (state === undefined) throw new UnmappedByCloudpayments(`status-${status}`);
  const amount = readMajorUnits(fields['Amount'], fields['Currency']);
  const declined = status === 'Declined';
  return {
    providerRef: referenceOf(fields, 'TransactionId'),
    reference: typeof fields['InvoiceId'] === 'string' ? fields['InvoiceId'] : undefined,
    state,
    amount,
    captured: state === 'captured' ? amount.amount : 0n,
    refunded: undefined,
    ...(declined ? { declineCode: declineCodeOf(fields) } : {}),
  };
}

export function declineCodeOf(fields: Fields): string {
  return `cloudpayments-${tamed(textOf(fields['ReasonCode']) ?? 'declined')}`;
}

function referenceOf(fields: Fields, name: string): string {
  const value = String(fields[name]);
  if (!/^\d{1,20}$/.test(value)) throw new UnmappedByCloudpayments(`no-${name}`);
  return value;
}

/** What a notification tells. @throws UnmappedByCloudpayments */
export function readNotification(kind: string, fields: Fields): ProviderFact {
  switch (kind) {
    case 'pay':
      return { fact: 'payment', payment: readTransaction(fields) };
    case 'fail':
      return { fact: 'payment', payment: readTransaction({ ...fields, Status: 'Declined' }) };
    // What was confirmed or cancelled of how much, its own answer says better.
    case 'confirm':
    case 'cancel': {
      const { InvoiceId: invoice } = fields;
      const reference = typeof invoice === 'string' ? invoice : undefined;
      return { fact: 'look', providerRef: referenceOf(fields, 'TransactionId'), reference };
    }
    case 'refund':
      return {
        fact: 'refund',
        refundRef: referenceOf(fields, 'TransactionId'),
        key: undefined,
        providerRef: referenceOf(fields, 'PaymentTransactionId'),
        reference: typeof fields['InvoiceId'] === 'string' ? fields['InvoiceId'] : undefined,
        amount: readMajorUnits(fields['Amount'], fields['Currency']),
        state: 'succeeded',
      };
    default:
      throw new UnmappedByCloudpayments(`kind-${kind}`);
  }
}

/** An entry of its list; none for what has not moved money. */
export function readListed(fields: Fields): ProviderTransaction[] {
  const { Status: status, Type: type, CreatedDate: created, InvoiceId: invoice } = fields;
  if (status !== 'Completed') return [];
  const at = new Date(Number(/^\/Date\((\d{1,15})\)\/$/.exec(String(created))?.[1]));
  if (Number.isNaN(at.getTime())) throw new UnmappedByCloudpayments('created-date');
  const amount = readMajorUnits(fields['Amount'], fields['Currency']);
  const id = referenceOf(fields, 'TransactionId');
  const reference = typeof invoice === 'string' ? invoice : undefined;
  if (type === 'Refund' || type === '1') {
    const providerRef = referenceOf(fields, 'PaymentTransactionId');
    return [{ operation: 'refund', transactionId: id, providerRef, reference, amount, at }];
  }
  const transactionId = captureId(id, amount.amount);
  return [{ operation: 'capture', transactionId, providerRef: id, reference, amount, at }];
}
