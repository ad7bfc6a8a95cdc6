import { createHmac } from 'node:crypto';
import type { MessageVerdict, PaymentProvider, ProviderFact, PushedMessage } from '../../src/ports/payments.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { isOneOf } from '../secrets.ts';
import { readMajorUnits, readNotification, UnmappedByCloudpayments } from './cloudpayments-reading.ts';

/** What is kept of a notification: cards, tokens, names, e-mail and IP addresses stand in all other fields. */
const kept = [
  ...['TransactionId', 'PaymentTransactionId', 'Amount', 'Currency', 'InvoiceId', 'Status', 'OperationType'],
  ...['ReasonCode', 'DateTime', 'TestMode'],
];

/**
 * Proves a notification: base64 of the HMAC-SHA256 over the body's bytes under the API secret. It has no time in it, so a
 * repetition is told from a new one by its key alone.
 */
export function judgeNotification(apiSecret: string, { kind, signature, raw }: PushedMessage): MessageVerdict {
  const expected = createHmac('sha256', apiSecret).update(raw).digest('base64');
  if (!isOneOf(signature ?? '', [expected])) return { verdict: 'rejected', reason: 'wrong-signature' };
  const fields = new URLSearchParams(raw.toString('utf8'));
  const id = fields.get('TransactionId') ?? '';
  if (!/^\d{1,20}$/.test(id)) return { verdict: 'rejected', reason: 'unreadable' };
  const stored = new URLSearchParams(
    kept.flatMap((name): [string, string][] => (fields.has(name) ? [[name, fields.get(name) ?? '']] : [])),
  );
  return { verdict: 'verified', dedupeKey: `${kind}:${id}`, kind, stored: Buffer.from(stored.toString()) };
}

export function readCloudpaymentsMessage(kind: string, stored: Buffer, watch: VendorWatch): ProviderFact {
  try {
    return readNotification(kind, Object.fromEntries(new URLSearchParams(stored.toString('utf8'))));
  } catch (error) {
    if (!(error instanceof UnmappedByCloudpayments)) throw error;
    watch.unmapped({ vendor: 'cloudpayments', where: 'report', code: error.code });
    return { fact: 'unmapped', code: error.code };
  }
}

const answers = { accept: 0, 'unknown-reference': 10, 'wrong-amount': 12, refuse: 13 } as const;

/** Asked before a buyer pays, and never again: a missing or a bad answer declines the payment. */
export const cloudpaymentsCheck: NonNullable<PaymentProvider['check']> = {
  read(stored) {
    const {
      InvoiceId: reference = '',
      Amount,
      Currency,
    } = Object.fromEntries(new URLSearchParams(stored.toString('utf8')));
    try {
      return { reference, amount: readMajorUnits(Amount, Currency) };
    } catch (error) {
      if (error instanceof UnmappedByCloudpayments) return undefined;
      throw error;
    }
  },
  answer: (answer) => ({ status: 200, body: { code: answers[answer] } }),
};
