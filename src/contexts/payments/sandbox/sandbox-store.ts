import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { SandboxBehaviour, SandboxCharge, SandboxMove } from '../../../ports/sandbox-payments.ts';

type ChargeRow = Omit<SandboxCharge, 'amount' | 'captured' | 'refunded' | 'behaviour'> & {
  readonly behaviour: SandboxBehaviour;
  readonly amount: number;
  readonly currency: string;
  readonly captured: number;
  readonly refunded: number;
};

const chargeColumns = `id, reference, amount_minor as amount, currency, capture_mode as "captureMode", behaviour, state,
  captured_minor as captured, refunded_minor as refunded, decline_code as "declineCode", description`;

function chargeOf({ amount, currency, captured, refunded, ...row }: ChargeRow): SandboxCharge {
  return {
    ...row,
    amount: { amount: BigInt(amount), currency },
    captured: BigInt(captured),
    refunded: BigInt(refunded),
  };
}

const insertChargeStatement = statement<{ id: string }>(
  'payments.insert_sandbox_charge',
  `insert into payments.sandbox_charges (id, key, reference, amount_minor, currency, capture_mode, behaviour, state,
     captured_minor, refunded_minor, decline_code, description, created_at, changed_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
   on conflict on constraint sandbox_charges_key do nothing returning id`,
);

/** @returns false when this key has a charge already */
export async function insertCharge(tx: Transaction, key: string, charge: SandboxCharge, at: Date): Promise<boolean> {
  const { id, reference, amount, captureMode, behaviour, state, captured, refunded, declineCode, description } = charge;
  const money = [amount.amount, amount.currency, captureMode, behaviour, state, captured, refunded];
  const values = [id, key, reference, ...money, declineCode, description, at];
  return (await tx.query(insertChargeStatement, values)).length > 0;
}

const ofKeyStatement = statement<ChargeRow>(
  'payments.find_sandbox_charge_of_key',
  `select ${chargeColumns} from payments.sandbox_charges where key = $1`,
);

export async function findChargeOfKey(queryable: Queryable, key: string): Promise<SandboxCharge | undefined> {
  const [row] = await queryable.query(ofKeyStatement, [key]);
  return row && chargeOf(row);
}

const findStatement = statement<ChargeRow>(
  'payments.find_sandbox_charge',
  `select ${chargeColumns} from payments.sandbox_charges where id = $1 or reference = $2 order by created_at desc limit 1`,
);

export async function findCharge(
  queryable: Queryable,
  by: { readonly id?: string; readonly reference?: string },
): Promise<SandboxCharge | undefined> {
  const [row] = await queryable.query(findStatement, [by.id ?? null, by.reference ?? null]);
  return row && chargeOf(row);
}

const lockStatement = statement<ChargeRow>(
  'payments.lock_sandbox_charge',
  `select ${chargeColumns} from payments.sandbox_charges where id = $1 for update`,
);

export async function lockCharge(tx: Transaction, id: string): Promise<SandboxCharge | undefined> {
  const [row] = await tx.query(lockStatement, [id]);
  return row && chargeOf(row);
}

const updateStatement = statement(
  'payments.update_sandbox_charge',
  `update payments.sandbox_charges set state = $2, captured_minor = $3, refunded_minor = $4, decline_code = $5, changed_at = $6
   where id = $1`,
);

export async function updateCharge(tx: Transaction, charge: SandboxCharge, at: Date): Promise<void> {
  const { id, state, captured, refunded, declineCode } = charge;
  await tx.query(updateStatement, [id, state, captured, refunded, declineCode, at]);
}

type MoveRow = Omit<SandboxMove, 'amount'> & {
  readonly amount: number;
  readonly currency: string;
  readonly reference: string;
};

const moveColumns = `m.id, m.charge_id as "chargeId", m.kind, m.key, m.amount_minor as amount, c.currency, m.state,
  m.created_at as at, c.reference`;

function moveOf({ amount, currency, ...row }: MoveRow): SandboxMove & { readonly reference: string } {
  return { ...row, amount: { amount: BigInt(amount), currency } };
}

const insertMoveStatement = statement(
  'payments.insert_sandbox_move',
  `insert into payments.sandbox_moves (id, charge_id, kind, key, amount_minor, state, created_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

export async function insertMove(tx: Transaction, move: SandboxMove): Promise<void> {
  const { id, chargeId, kind, key, amount, state, at } = move;
  await tx.query(insertMoveStatement, [id, chargeId, kind, key, amount.amount, state, at]);
}

const moveOfKeyStatement = statement<MoveRow>(
  'payments.find_sandbox_move_of_key',
  `select ${moveColumns} from payments.sandbox_moves as m join payments.sandbox_charges as c on c.id = m.charge_id
   where m.kind = $1 and m.key = $2`,
);

export async function findMoveOfKey(
  tx: Transaction,
  { kind, key }: Pick<SandboxMove, 'kind' | 'key'>,
): Promise<SandboxMove | undefined> {
  const [row] = await tx.query(moveOfKeyStatement, [kind, key]);
  return row && moveOf(row);
}

const listMovesStatement = statement<MoveRow>(
  'payments.list_sandbox_moves',
  `select ${moveColumns} from payments.sandbox_moves as m join payments.sandbox_charges as c on c.id = m.charge_id
   where m.created_at >= $1 and m.created_at < $2 and m.kind in ('capture', 'refund') and m.state = 'succeeded'
     and ($3::text is null or m.id > $3)
   order by m.id limit $4`,
);

/** By id, strictly after `after`. */
export async function listMoves(
  queryable: Queryable,
  query: { readonly from: Date; readonly until: Date; readonly after: string | undefined; readonly limit: number },
): Promise<readonly (SandboxMove & { readonly reference: string })[]> {
  const { from, until, after, limit } = query;
  return (await queryable.query(listMovesStatement, [from, until, after ?? null, limit])).map(moveOf);
}

const countStatement = statement(
  'payments.count_sandbox_call',
  `insert into payments.sandbox_calls (operation, key, calls) values ($1, $2, 1)
   on conflict (operation, key) do update set calls = payments.sandbox_calls.calls + 1`,
);

/** Counts calls per key, so that anybody can ask how often something was asked for. */
export async function countCall(queryable: Queryable, operation: string, key: string): Promise<void> {
  await queryable.query(countStatement, [operation, key]);
}

const insertEventStatement = statement(
  'payments.insert_sandbox_event',
  'insert into payments.sandbox_events (id, body, due_at) values ($1, $2, $3)',
);

export async function insertEvent(tx: Transaction, event: { id: string; body: string; dueAt: Date }): Promise<void> {
  await tx.query(insertEventStatement, [event.id, event.body, event.dueAt]);
}

const dueStatement = statement<{ id: string; body: string }>(
  'payments.take_sandbox_events',
  `select id, body from payments.sandbox_events where delivered_at is null and due_at <= $1 order by due_at, id limit $2`,
);

/** What is due and has not been delivered, the oldest first. */
export async function listDueEvents(
  queryable: Queryable,
  now: Date,
  limit: number,
): Promise<readonly { readonly id: string; readonly body: string }[]> {
  return queryable.query(dueStatement, [now, limit]);
}

const deliveredStatement = statement(
  'payments.mark_sandbox_event',
  'update payments.sandbox_events set delivered_at = $2 where id = $1',
);

export async function markDelivered(queryable: Queryable, id: string, at: Date): Promise<void> {
  await queryable.query(deliveredStatement, [id, at]);
}
