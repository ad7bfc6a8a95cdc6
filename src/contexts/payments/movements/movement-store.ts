import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Movement, MovementKind } from './movement.ts';

/** As PostgreSQL gives it. */
type MovementRow = Omit<Movement, 'amount'> & { readonly amount: number };

const columns = `id, payment_id as "paymentId", attempt_id as "attemptId", kind, amount_minor as amount, state,
  request_key as "requestKey", part, purpose, reason, release_rest as "releaseRest", provider_ref as "providerRef",
  failure_code as "failureCode", called_at as "calledAt", checks, next_check_at as "nextCheckAt", created_at as "createdAt",
  ended_at as "endedAt"`;

const movementOf = (row: MovementRow): Movement => ({ ...row, amount: BigInt(row.amount) });

const insertStatement = statement(
  'payments.insert_movement',
  `insert into payments.movements (id, payment_id, attempt_id, kind, amount_minor, state, request_key, part, purpose, reason,
     release_rest, created_at)
   values ($1, $2, $3, $4, $5, 'requested', $6, $7, $8, $9, $10, $11)`,
);

export type NewMovement = Pick<
  Movement,
  | 'id'
  | 'paymentId'
  | 'attemptId'
  | 'kind'
  | 'amount'
  | 'requestKey'
  | 'part'
  | 'purpose'
  | 'reason'
  | 'releaseRest'
  | 'createdAt'
>;

export async function insertMovement(tx: Transaction, movement: NewMovement): Promise<void> {
  const { id, paymentId, attemptId, kind, amount, requestKey, part, purpose, reason, releaseRest, createdAt } =
    movement;
  const values = [id, paymentId, attemptId, kind, amount, requestKey, part, purpose, reason, releaseRest, createdAt];
  await tx.query(insertStatement, values);
}

const findStatement = statement<MovementRow>(
  'payments.find_movement',
  `select ${columns} from payments.movements where id = $1`,
);

/** Before a change, lock its payment first. */
export async function findMovement(queryable: Queryable, id: string): Promise<Movement | undefined> {
  const [row] = await queryable.query(findStatement, [id]);
  return row && movementOf(row);
}

const listStatement = statement<MovementRow>(
  'payments.list_movements',
  `select ${columns} from payments.movements where payment_id = any ($1::uuid[]) order by created_at, id`,
);

/** Every movement of these payments, the oldest first. */
export async function listMovements(queryable: Queryable, paymentIds: readonly string[]): Promise<readonly Movement[]> {
  return (await queryable.query(listStatement, [paymentIds])).map(movementOf);
}

const ofKeyStatement = statement<MovementRow>(
  'payments.find_movements_of_key',
  `select ${columns} from payments.movements where payment_id = $1 and kind = $2 and request_key = $3 order by part`,
);

/** What was asked for under this key. */
export async function findMovementsOf(
  tx: Transaction,
  { paymentId, kind, requestKey }: Pick<Movement, 'paymentId' | 'kind' | 'requestKey'>,
): Promise<readonly Movement[]> {
  return (await tx.query(ofKeyStatement, [paymentId, kind, requestKey])).map(movementOf);
}

const openOfAttemptStatement = statement<MovementRow>(
  'payments.find_open_movements',
  `select ${columns} from payments.movements where attempt_id = $1 and kind = $2 and ended_at is null order by created_at, id`,
);

/** Movements of this kind that have not ended, the oldest first. */
export async function findOpenMovements(
  tx: Transaction,
  attemptId: string,
  kind: MovementKind,
): Promise<readonly Movement[]> {
  return (await tx.query(openOfAttemptStatement, [attemptId, kind])).map(movementOf);
}

const byRefStatement = statement<MovementRow>(
  'payments.find_refund_by_reference',
  `select ${columns} from payments.movements
   where attempt_id = $1 and kind = 'refund' and (id::text = $2 or provider_ref = $3)
   order by (id::text = $2) desc nulls last limit 1`,
);

/** A refund of the attempt by our key, or by the provider's name of it. */
export async function findRefund(
  tx: Transaction,
  attemptId: string,
  { key, refundRef }: { readonly key: string | undefined; readonly refundRef: string },
): Promise<Movement | undefined> {
  const [row] = await tx.query(byRefStatement, [attemptId, key ?? null, refundRef]);
  return row && movementOf(row);
}

const givenBackStatement = statement<{ amount: number | null }>(
  'payments.sum_excess',
  `select sum(amount_minor)::bigint as amount from payments.movements
   where payment_id = $1 and kind = 'refund' and purpose = 'excess' and state <> 'failed'`,
);

/** What is given back, or on its way, because more was captured than is due. */
export async function sumExcess(queryable: Queryable, paymentId: string): Promise<bigint> {
  const [row] = await queryable.query(givenBackStatement, [paymentId]);
  return BigInt(row?.amount ?? 0);
}

/** What may be changed of a movement; what is left out stays. */
export type MovementChange = Partial<
  Pick<Movement, 'state' | 'providerRef' | 'failureCode' | 'calledAt' | 'checks' | 'nextCheckAt' | 'endedAt'>
>;

const changeStatement = statement(
  'payments.change_movement',
  `update payments.movements set state = $2, provider_ref = $3, failure_code = $4, called_at = $5, checks = $6,
     next_check_at = $7, ended_at = $8 where id = $1`,
);

/** @returns the movement as it is then */
export async function changeMovement(tx: Transaction, movement: Movement, change: MovementChange): Promise<Movement> {
  const changed = { ...movement, ...change };
  const { id, state, providerRef, failureCode, calledAt, checks, nextCheckAt, endedAt } = changed;
  await tx.query(changeStatement, [id, state, providerRef, failureCode, calledAt, checks, nextCheckAt, endedAt]);
  return changed;
}
