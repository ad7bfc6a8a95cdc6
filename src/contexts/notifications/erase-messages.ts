import type { Database } from '../../database/transaction.ts';
import type { Enqueue } from '../../jobs/queue.ts';
import type { Clock } from '../../shared/clock.ts';
import { countUnforgotten, forgetMessagesBefore, forgetMessagesOf } from './erasure-store.ts';
import { BATCH, eraseMessagesJob } from './jobs.ts';
import { deletePreferences } from './preferences/preferences-store.ts';
import { forgetInboundMessages, forgetInboundMessagesFrom } from './preferences/record-inbound-message.ts';
import { untilShort } from './recover-messages.ts';

/** Milliseconds until messages that were still on their way are looked at again; every message ends within four days. */
const LOOK_AGAIN = 3_600_000;

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
}

/**
 * Forgets what an erased user was told and where. Messages stay as rows (they are counted), and those on their way, such as
 * the farewell, arrive first: the job comes back for them. Safe to repeat and to die at any step.
 */
export async function eraseMessages(
  { database, clock, enqueue }: Dependencies & { readonly enqueue: Enqueue },
  { userId, phone }: { readonly userId: string; readonly phone?: string | null },
): Promise<void> {
  await deletePreferences(database, userId);
  if (phone != null) await forgetInboundMessagesFrom(database, phone);
  await untilShort(() => forgetMessagesOf(database, userId, BATCH));
  if ((await countUnforgotten(database, userId)) === 0) return;
  const runAt = new Date(clock.now().getTime() + LOOK_AGAIN);
  await database.transaction((tx) =>
    enqueue(tx, eraseMessagesJob, { userId }, { key: `eraseMessages:${userId}:later`, runAt }),
  );
}

/** Forgets texts and addresses of messages that are older than `days`. Safe to repeat and to die at any step. */
export async function forgetOldMessages(
  { database, clock }: Dependencies,
  { days, signal }: { readonly days: number; readonly signal: AbortSignal },
): Promise<void> {
  const before = new Date(clock.now().getTime() - days * 86_400_000);
  await forgetInboundMessages(database, before);
  await untilShort(() => {
    signal.throwIfAborted();
    return database.transaction((tx) => forgetMessagesBefore(tx, before, BATCH));
  });
}
