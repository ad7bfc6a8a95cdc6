import type { Database } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { enqueueSending } from './jobs.ts';
import { reviveMessage } from './recovery-store.ts';

/** How long a message that is sent again may try. */
export const NEW_LIFE_MILLISECONDS = 24 * 3600 * 1000;

/**
 * Gives a dead message a new life of 24 hours and all its attempts; a one-time code keeps its deadline, for its code has
 * not grown younger. Does nothing to a message that is not dead: running twice sends once.
 */
export async function resendMessage(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  messageId: string,
): Promise<void> {
  const now = clock.now();
  await database.transaction(async (tx) => {
    const lane = await reviveMessage(tx, messageId, now, new Date(now.getTime() + NEW_LIFE_MILLISECONDS));
    if (lane !== undefined) await enqueueSending(tx, lane, 1);
  });
}
