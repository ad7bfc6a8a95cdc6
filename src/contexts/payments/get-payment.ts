import type { Queryable } from '../../database/transaction.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { pageOf } from '../../shared/cursor.ts';
import type { Page } from '../../shared/cursor.ts';
import { listAttempts } from './attempts/attempt-store.ts';
import type { Attempt } from './attempts/attempt.ts';
import type { PaymentsDependencies } from './dependencies.ts';
import { listMovements } from './movements/movement-store.ts';
import type { Movement } from './movements/movement.ts';
import { findPayment, findPayments, findPaymentsOf, listPaymentRows } from './payment-store.ts';
import type { Payment } from './payment.ts';

export interface PaymentDetails {
  readonly payment: Payment;
  /** The oldest first, as are the movements. */
  readonly attempts: readonly Attempt[];
  readonly movements: readonly Movement[];
}

/** @param customerId whose it must be; undefined: anybody's @throws Problem 404 */
export async function getPayment(
  queryable: Queryable,
  { paymentId, customerId }: { readonly paymentId: string; readonly customerId: string | undefined },
): Promise<PaymentDetails> {
  const payment = await findPayment(queryable, paymentId);
  if (payment === undefined || (customerId !== undefined && payment.customerId !== customerId)) throw notFound();
  const [details] = await withDetails(queryable, [payment]);
  if (details === undefined) throw notFound();
  return details;
}

export interface ListPayments {
  /** Whose; undefined: everybody's. */
  readonly customerId: string | undefined;
  readonly subjectId: string | undefined;
  readonly flagged: boolean | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** The newest first. @throws Problem 400 `invalid-cursor` */
export async function listPayments(
  { primary, cursors }: Pick<PaymentsDependencies, 'primary' | 'cursors'>,
  { customerId, subjectId, flagged, limit, cursor }: ListPayments,
): Promise<Page<PaymentDetails>> {
  const scope = { operation: 'listPayments', filters: { customerId, subjectId, flagged } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listPaymentRows(primary, { customerId, subjectId, flagged, after, limit: limit + 1 });
  const page = pageOf(rows, limit, ({ key, id }) => cursors.encode(scope, { key, id }));
  return { ...page, items: await withDetails(primary, page.items) };
}

/** The payments of these subjects, in no order; subjects without a payment have none. */
export async function readPayments(
  queryable: Queryable,
  subjectIds: readonly string[],
): Promise<readonly PaymentDetails[]> {
  return withDetails(queryable, await findPaymentsOf(queryable, 'order', subjectIds));
}

/** These payments. */
export async function readPaymentsOf(queryable: Queryable, ids: readonly string[]): Promise<readonly PaymentDetails[]> {
  return withDetails(queryable, await findPayments(queryable, ids));
}

async function withDetails(queryable: Queryable, payments: readonly Payment[]): Promise<PaymentDetails[]> {
  const ids = payments.map(({ id }) => id);
  const attempts = Map.groupBy(await listAttempts(queryable, ids), ({ paymentId }) => paymentId);
  const movements = Map.groupBy(await listMovements(queryable, ids), ({ paymentId }) => paymentId);
  return payments.map((payment) => ({
    payment,
    attempts: attempts.get(payment.id) ?? [],
    movements: movements.get(payment.id) ?? [],
  }));
}
