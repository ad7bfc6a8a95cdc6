import { statement } from '../../../database/transaction.ts';
import type { PaymentsDependencies } from '../dependencies.ts';
import { checkAttemptJob } from '../jobs.ts';

const AT_ONCE = 500;

const expiredStatement = statement<{ id: string }>(
  'payments.list_expired_authorisations',
  `select id from payments.attempts where state in ('authorised', 'partly_captured') and expires_at <= $1
   order by expires_at limit $2`,
);

/** Has providers asked about what they said to hold until a moment that has come: it ends by time, and no message may come. */
export async function checkExpiredAuthorisations({
  worker,
  clock,
  enqueue,
}: Pick<PaymentsDependencies, 'worker' | 'clock' | 'enqueue'>): Promise<void> {
  await worker.transaction(async (tx) => {
    for (const { id } of await tx.query(expiredStatement, [clock.now(), AT_ONCE])) {
      await enqueue(tx, checkAttemptJob, { attemptId: id }, { key: `check:${id}` });
    }
  });
}
