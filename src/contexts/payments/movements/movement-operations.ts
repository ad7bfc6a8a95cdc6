import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { readMoney } from '../../../shared/money.ts';
import { paymentBody } from '../bodies.ts';
import type { Desk } from '../dependencies.ts';
import { getPayment } from '../get-payment.ts';
import { capturePayment } from './capture-payment.ts';
import { refundPayment } from './refund-payment.ts';
import { voidPayment } from './void-payment.ts';

/** What the staff do with payments. */
export function createMovementOperations(desk: Desk): Handlers<'capturePayment' | 'voidPayment' | 'refundPayment'> {
  const read = async (tx: Transaction, paymentId: string): Promise<Schema<'Payment'>> =>
    paymentBody(await getPayment(tx, { paymentId, customerId: undefined }));
  const at = (paymentId: string) => ({ Location: `/api/v1/payments/${paymentId}` });
  return {
    capturePayment: async ({ path: { paymentId }, body }, { tx, id, auditChanges }) => {
      const amount = readMoney(body.amount, '/amount');
      const { releaseRest, reason } = body;
      await capturePayment(tx, desk, { paymentId, amount, releaseRest, reason, key: id('capture') });
      auditChanges({ amount: { from: null, to: body.amount.amount } });
      return reply('capturePayment', { status: 202, headers: at(paymentId), body: await read(tx, paymentId) });
    },
    voidPayment: async ({ path: { paymentId }, body }, { tx }) => {
      await voidPayment(tx, desk, { paymentId, reason: body.reason });
      return reply('voidPayment', { status: 202, headers: at(paymentId), body: await read(tx, paymentId) });
    },
    refundPayment: async ({ path: { paymentId }, body }, { tx, id, auditChanges }) => {
      const amount = readMoney(body.amount, '/amount');
      await refundPayment(tx, desk, { paymentId, amount, reason: body.reason, key: id('refund') });
      auditChanges({ amount: { from: null, to: body.amount.amount } });
      return reply('refundPayment', { status: 202, headers: at(paymentId), body: await read(tx, paymentId) });
    },
  };
}
