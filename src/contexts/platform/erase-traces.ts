import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import { eraseExposures } from './flags/exposure-store.ts';
import { deleteOldAuditEntries, forgetAuditAddresses } from './audit-store.ts';

/** Rows per statement. */
const BATCH = 2_000;

const eraseInboxStatement = statement(
  'platform.erase_sandbox_messages',
  `delete from platform.sandbox_messages where address = any ($1) and created_at <= $2::timestamptz`,
);

export interface ErasedPerson {
  readonly userId: string;
  readonly email: string | null;
  readonly phone: string | null;
  /** RFC 3339: what is younger belongs to whoever has the address or number now. */
  readonly deletedAt: string;
}

/**
 * Forgets where an erased user's requests came from, which variants of flags they got, and what the sandbox
 * vendors delivered to them. The audit entries stay,
 * with ids alone. Safe to repeat.
 */
export async function eraseTraces(
  { database }: { readonly database: Database },
  { userId, email, phone, deletedAt }: ErasedPerson,
): Promise<void> {
  await forgetAuditAddresses(database, userId);
  await eraseExposures(database, userId);
  const addresses = [email, phone].filter((address) => address !== null);
  await database.query(eraseInboxStatement, [addresses, deletedAt]);
}

const deleteOldInboxStatement = statement<{ gone: number }>(
  'platform.delete_old_sandbox_messages',
  `with old as (
     select id from platform.sandbox_messages
     where created_at < clock_timestamp() - make_interval(days => $1) order by created_at limit $2),
   gone as (delete from platform.sandbox_messages m using old where m.id = old.id returning 1)
   select count(*) as gone from gone`,
);

/** Days that things are kept. */
export interface PlatformRetention {
  readonly auditDays: number;
  readonly sandboxDays: number;
}

/** Lets go of old audit entries and old sandbox messages. Safe to repeat and to die at any step. */
export async function deleteExpiredTraces(
  { database }: { readonly database: Database },
  { auditDays, sandboxDays }: PlatformRetention,
  signal: AbortSignal,
): Promise<void> {
  for (let gone = BATCH; gone === BATCH;) {
    signal.throwIfAborted();
    gone = await deleteOldAuditEntries(database, auditDays, BATCH);
  }
  for (let gone = BATCH; gone === BATCH;) {
    signal.throwIfAborted();
    const [answer] = await database.query(deleteOldInboxStatement, [sandboxDays, BATCH]);
    gone = answer?.gone ?? 0;
  }
}
