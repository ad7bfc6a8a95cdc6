import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { CaptureMode } from '../../ports/payments.ts';
import type { Payment, PaymentFlag } from './payment.ts';

/** As PostgreSQL gives it: amounts are safe integers. */
interface PaymentRow extends Omit<Payment, 'subject' | AmountName> {
  readonly subjectKind: 'order';
  readonly subjectId: string;
  readonly amountDue: number;
  readonly authorised: number;
  readonly captured: number;
  readonly capturePending: number;
  readonly refunded: number;
  readonly refundPending: number;
}
type AmountName = 'amountDue' | 'authorised' | 'captured' | 'capturePending' | 'refunded' | 'refundPending';

const columns = `id, subject_kind as "subjectKind", subject_id as "subjectId", customer_id as "customerId", reference, description,
  currency, amount_due_minor as "amountDue", capture_mode as "captureMode", authorised_minor as authorised,
  captured_minor as captured, capture_pending_minor as "capturePending", refunded_minor as refunded,
  refund_pending_minor as "refundPending", cancelled_at as "cancelledAt", cancel_reason as "cancelReason", flags,
  created_at as "createdAt", updated_at as "updatedAt"`;

function paymentOf({ subjectKind, subjectId, ...row }: PaymentRow): Payment {
  return {
    ...row,
    subject: { kind: subjectKind, id: subjectId },
    amountDue: BigInt(row.amountDue),
    authorised: BigInt(row.authorised),
    captured: BigInt(row.captured),
    capturePending: BigInt(row.capturePending),
    refunded: BigInt(row.refunded),
    refundPending: BigInt(row.refundPending),
  };
}

const insertStatement = statement<{ id: string }>(
  'payments.insert_payment',
  `insert into payments.payments (id, subject_kind, subject_id, customer_id, reference, description, currency, amount_due_minor,
     capture_mode, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
   on conflict on constraint payments_one_per_subject do nothing returning id`,
);

/** @returns false when the subject has a payment already */
export async function insertPayment(
  tx: Transaction,
  payment: Pick<Payment, 'id' | 'subject' | 'customerId' | 'reference' | 'description' | 'currency' | 'amountDue'> & {
    readonly captureMode: CaptureMode;
    readonly at: Date;
  },
): Promise<boolean> {
  const { id, subject, customerId, reference, description, currency, amountDue, captureMode, at } = payment;
  const values = [
    id,
    subject.kind,
    subject.id,
    customerId,
    reference,
    description,
    currency,
    amountDue,
    captureMode,
    at,
  ];
  return (await tx.query(insertStatement, values)).length > 0;
}

const findStatement = statement<PaymentRow>(
  'payments.find_payment',
  `select ${columns} from payments.payments where id = $1`,
);

export async function findPayment(queryable: Queryable, id: string): Promise<Payment | undefined> {
  const [row] = await queryable.query(findStatement, [id]);
  return row && paymentOf(row);
}

const findAllStatement = statement<PaymentRow>(
  'payments.find_payments',
  `select ${columns} from payments.payments where id = any ($1::uuid[]) order by id`,
);

export async function findPayments(queryable: Queryable, ids: readonly string[]): Promise<readonly Payment[]> {
  return (await queryable.query(findAllStatement, [ids])).map(paymentOf);
}

const lockStatement = statement<PaymentRow>(
  'payments.lock_payment',
  `select ${columns} from payments.payments where id = $1 for update`,
);

/** Every change of a payment, its attempts and its movements happens under this lock. No provider is called under it. */
export async function lockPayment(tx: Transaction, id: string): Promise<Payment | undefined> {
  const [row] = await tx.query(lockStatement, [id]);
  return row && paymentOf(row);
}

const ofSubjectsStatement = statement<PaymentRow>(
  'payments.find_payments_of_subjects',
  `select ${columns} from payments.payments where subject_kind = $1 and subject_id = any ($2::uuid[])`,
);

export async function findPaymentsOf(
  queryable: Queryable,
  kind: 'order',
  subjectIds: readonly string[],
): Promise<readonly Payment[]> {
  return (await queryable.query(ofSubjectsStatement, [kind, subjectIds])).map(paymentOf);
}

const listStatement = statement<PaymentRow & { readonly key: string }>(
  'payments.list_payments',
  `select ${columns}, created_at::text as key from payments.payments
   where ($1::uuid is null or customer_id = $1) and ($2::uuid is null or subject_id = $2)
     and ($3::boolean is null or (flags <> '{}') = $3)
     and ($4::timestamptz is null or (created_at, id) < ($4, $5::uuid))
   order by created_at desc, id desc limit $6`,
);

export interface PaymentQuery {
  readonly customerId: string | undefined;
  readonly subjectId: string | undefined;
  readonly flagged: boolean | undefined;
  readonly after: { readonly key: string | null; readonly id: string } | undefined;
  readonly limit: number;
}

/** The newest first, strictly after `after`. */
export async function listPaymentRows(
  queryable: Queryable,
  { customerId, subjectId, flagged, after, limit }: PaymentQuery,
): Promise<readonly (Payment & { readonly key: string })[]> {
  const values = [customerId ?? null, subjectId ?? null, flagged ?? null, after?.key ?? null, after?.id ?? null, limit];
  const rows = await queryable.query(listStatement, values);
  return rows.map((row) => ({ ...paymentOf(row), key: row.key }));
}

const dueStatement = statement(
  'payments.set_amount_due',
  'update payments.payments set amount_due_minor = $2, updated_at = $3 where id = $1',
);

export async function setAmountDue(tx: Transaction, id: string, amount: bigint, at: Date): Promise<void> {
  await tx.query(dueStatement, [id, amount, at]);
}

const cancelStatement = statement(
  'payments.cancel_payment',
  `update payments.payments set cancelled_at = $2, cancel_reason = $3, updated_at = $2 where id = $1 and cancelled_at is null`,
);

export async function setCancelled(tx: Transaction, id: string, reason: string, at: Date): Promise<void> {
  await tx.query(cancelStatement, [id, at, reason]);
}

const flagStatement = statement<{ id: string }>(
  'payments.flag_payment',
  `update payments.payments set flags = array_append(flags, $2), updated_at = $3
   where id = $1 and not flags @> array[$2] returning id`,
);

/** @returns false when it is flagged so already */
export async function addFlag(tx: Transaction, id: string, flag: PaymentFlag, at: Date): Promise<boolean> {
  return (await tx.query(flagStatement, [id, flag, at])).length > 0;
}

const unflagStatement = statement(
  'payments.unflag_payment',
  `update payments.payments set flags = array_remove(flags, $2), updated_at = $3 where id = $1 and flags @> array[$2]`,
);

export async function removeFlag(tx: Transaction, id: string, flag: PaymentFlag, at: Date): Promise<void> {
  await tx.query(unflagStatement, [id, flag, at]);
}
