import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Attempt } from './attempt.ts';

type AmountName = 'amount' | 'authorised' | 'captured' | 'capturePending' | 'refunded' | 'refundPending' | 'suspense';
/** As PostgreSQL gives it: amounts are safe integers. */
type AttemptRow = Omit<Attempt, AmountName> & { readonly [Name in AmountName]: number };

const columns = `id, payment_id as "paymentId", provider, amount_minor as amount, currency, state, method_token as "methodToken",
  provider_ref as "providerRef", provider_handle as "providerHandle", action, authorised_minor as authorised,
  captured_minor as captured, capture_pending_minor as "capturePending", refunded_minor as refunded,
  refund_pending_minor as "refundPending", suspense_minor as suspense, decline_code as "declineCode", expires_at as "expiresAt",
  called_at as "calledAt", checks, next_check_at as "nextCheckAt", cancel_requested_at as "cancelRequestedAt",
  created_at as "createdAt", updated_at as "updatedAt"`;

function attemptOf(row: AttemptRow): Attempt {
  return {
    ...row,
    amount: BigInt(row.amount),
    authorised: BigInt(row.authorised),
    captured: BigInt(row.captured),
    capturePending: BigInt(row.capturePending),
    refunded: BigInt(row.refunded),
    refundPending: BigInt(row.refundPending),
    suspense: BigInt(row.suspense),
  };
}

const insertStatement = statement(
  'payments.insert_attempt',
  `insert into payments.attempts (id, payment_id, provider, amount_minor, currency, state, method_token, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $8, $6, $7, $7)`,
);

export async function insertAttempt(
  tx: Transaction,
  attempt: Pick<Attempt, 'id' | 'paymentId' | 'provider' | 'amount' | 'currency' | 'methodToken' | 'createdAt'>,
  state: 'created' | 'declined' = 'created',
): Promise<void> {
  const { id, paymentId, provider, amount, currency, methodToken, createdAt } = attempt;
  await tx.query(insertStatement, [id, paymentId, provider, amount, currency, methodToken, createdAt, state]);
}

const findStatement = statement<AttemptRow>(
  'payments.find_attempt',
  `select ${columns} from payments.attempts where id = $1`,
);

/** Before a change, lock its payment first. */
export async function findAttempt(queryable: Queryable, id: string): Promise<Attempt | undefined> {
  const [row] = await queryable.query(findStatement, [id]);
  return row && attemptOf(row);
}

const findByReferenceStatement = statement<AttemptRow>(
  'payments.find_attempt_by_reference',
  `select ${columns} from payments.attempts
   where provider = $1 and (id::text = $2 or provider_ref = $3) order by (id::text = $2) desc nulls last limit 1`,
);

/** By our own reference, or by the provider's where it tells no other. */
export async function findAttemptBy(
  queryable: Queryable,
  provider: string,
  { reference, providerRef }: { readonly reference: string | undefined; readonly providerRef: string | undefined },
): Promise<Attempt | undefined> {
  const [row] = await queryable.query(findByReferenceStatement, [provider, reference ?? null, providerRef ?? null]);
  return row && attemptOf(row);
}

const listStatement = statement<AttemptRow>(
  'payments.list_attempts',
  `select ${columns} from payments.attempts where payment_id = any ($1::uuid[]) order by created_at, id`,
);

/** Every attempt of these payments, the oldest first. */
export async function listAttempts(queryable: Queryable, paymentIds: readonly string[]): Promise<readonly Attempt[]> {
  return (await queryable.query(listStatement, [paymentIds])).map(attemptOf);
}

/** What may be changed of an attempt; what is left out stays. */
export type AttemptChange = Partial<
  Pick<
    Attempt,
    | 'state'
    | 'methodToken'
    | 'providerRef'
    | 'providerHandle'
    | 'action'
    | 'declineCode'
    | 'expiresAt'
    | 'calledAt'
    | 'checks'
    | 'nextCheckAt'
    | 'cancelRequestedAt'
  >
>;

const changeStatement = statement(
  'payments.change_attempt',
  `update payments.attempts set state = $2, method_token = $3, provider_ref = $4, provider_handle = $5, action = $6,
     decline_code = $7, expires_at = $8, called_at = $9, checks = $10, next_check_at = $11, cancel_requested_at = $12,
     updated_at = $13
   where id = $1`,
);

/** @returns the attempt as it is then */
export async function changeAttempt(
  tx: Transaction,
  attempt: Attempt,
  change: AttemptChange,
  at: Date,
): Promise<Attempt> {
  const changed = { ...attempt, ...change, updatedAt: at };
  await tx.query(changeStatement, [
    changed.id,
    changed.state,
    changed.methodToken,
    changed.providerRef,
    changed.providerHandle,
    changed.action,
    changed.declineCode,
    changed.expiresAt,
    changed.calledAt,
    changed.checks,
    changed.nextCheckAt,
    changed.cancelRequestedAt,
    at,
  ]);
  return changed;
}
