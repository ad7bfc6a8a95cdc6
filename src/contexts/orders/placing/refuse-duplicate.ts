import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';

// Without it two identical orders would wait for each other in the index of `orders_not_twice`, which ends in a deadlock.
const lockStatement = statement(
  'orders.lock_fingerprint',
  'select pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 0))',
);

const findStatement = statement<{ id: string; number: number }>(
  'orders.find_identical',
  `select id, number from orders.orders
   where customer_id = $1 and fingerprint = $2 and state <> 'cancelled' and id <> $3
     and placed_at <= clock_timestamp() and duplicate_until > clock_timestamp()
   order by placed_at limit 1`,
);

interface Candidate {
  readonly orderId: string;
  readonly customerId: string;
  readonly fingerprint: string;
}

/** An order of the same customer for the same, placed a short time ago. Until the transaction ends there will be no other. */
export async function findIdentical(
  tx: Transaction,
  { orderId, customerId, fingerprint }: Candidate,
): Promise<{ readonly id: string; readonly number: number } | undefined> {
  await tx.query(lockStatement, [customerId, fingerprint]);
  return (await tx.query(findStatement, [customerId, fingerprint, orderId]))[0];
}

/** The refusal that names the first order. */
export function duplicateOrder({ id, number }: { readonly id: string; readonly number: number }): Problem {
  return new Problem(problems['duplicate-order'], {
    detail: `Order ${number} is for the same. Send confirmDuplicate if it is wanted again.`,
    errors: [{ pointer: '/lines', detail: `the same as order ${number}, ${id}` }],
  });
}
