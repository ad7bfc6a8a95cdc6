import { recordAudit } from '../../audit/record-audit.ts';
import { listDueDeletions } from './deletion-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { eraseAccount } from './erase-account.ts';
import { lockAccount } from './user-store.ts';

const BATCH = 100;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

type Parts = Pick<IdentityParts, 'database' | 'notifications' | 'publish' | 'revokedSessions' | 'clock'>;

/**
 * Erases every account whose grace is over, each in its own transaction. Safe to repeat, to die after any step, and to run
 * in several processes at once.
 */
export async function eraseDueAccounts(parts: Parts, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  for (let after = BEFORE_ALL; ;) {
    const due = await listDueDeletions(parts.database, { after, limit: BATCH });
    const last = due.at(-1);
    if (last === undefined) return;
    for (const userId of due) {
      signal.throwIfAborted();
      parts.revokedSessions.add(await eraseIfDue(parts, userId));
    }
    after = last;
  }
}

async function eraseIfDue(parts: Parts, userId: string): Promise<readonly string[]> {
  return parts.database.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    // A log-in may have cancelled it while its row was waited for.
    if (account === undefined || account.deletionDueAt === null) return [];
    const ended = await eraseAccount(parts, tx, account);
    await recordAudit(tx, { action: 'account-erased', resource: { type: 'user', id: userId } });
    return ended;
  });
}
