import type { PaymentsDependencies } from '../dependencies.ts';
import { deleteOldMessages } from './inbox-store.ts';

const DAY = 86_400_000;
const AT_ONCE = 1_000;

/** Forgets what providers told once its time of keeping is over; what failed stays for a person. Batches commit on their own. */
export async function deleteOldPaymentMessages(
  { worker, clock, messageDays }: Pick<PaymentsDependencies, 'worker' | 'clock' | 'messageDays'>,
  signal: AbortSignal,
): Promise<void> {
  const before = new Date(clock.now().getTime() - messageDays * DAY);
  while (!signal.aborted && (await deleteOldMessages(worker, before, AT_ONCE)) === AT_ONCE);
}
