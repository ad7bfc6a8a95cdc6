import type { Database, Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { regionOf } from '../../../shared/phone.ts';
import { localeOfPhone } from '../preferences/time-zones.ts';
import type { Accounts } from './accounts.ts';
import {
  deleteRecipients,
  listRecipientIds,
  lockMark,
  moveMark,
  rewindMark,
  upsertRecipients,
} from './recipient-store.ts';

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
/** Accounts per transaction. */
const STEP = 500;
/**
 * How far each sweep goes back: a change becomes visible when its transaction commits, which may be so much later than it
 * happened. No request and no job of identity takes as long; what does anyway is found by the sweep over all, every night.
 */
const LATE_COMMIT_MILLISECONDS = 300_000;

export interface RecipientDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly accounts: Accounts;
}

/**
 * Copies how these accounts can be reached now, in whatever order and however often it is told of them: the accounts are
 * held while they are copied, so an older state never overwrites a newer one, and nobody erased comes back.
 */
export async function recordRecipients(
  tx: Transaction,
  { accounts }: Pick<RecipientDependencies, 'accounts'>,
  userIds: readonly string[],
): Promise<void> {
  const contacts = await accounts.readContacts(tx, userIds);
  const reachable = contacts.filter(({ email, phone }) => email !== null || phone !== null);
  const known = new Set(reachable.map(({ userId }) => userId));
  await upsertRecipients(
    tx,
    reachable.map((contact) => ({
      ...contact,
      country: contact.phone === null ? null : countryOf(contact.phone),
      locale: contact.phone === null ? null : (localeOfPhone(contact.phone) ?? null),
    })),
  );
  await deleteRecipients(
    tx,
    userIds.filter((userId) => !known.has(userId)),
  );
}

/** Runs for each event about an account. */
export async function recordRecipient(
  { database, accounts }: RecipientDependencies,
  { userId }: { readonly userId: string },
): Promise<void> {
  await database.transaction((tx) => recordRecipients(tx, { accounts }, [userId]));
}

/**
 * Copies every account that changed since the last sweep, whoever changed it and whether or not an event told of it. Two who
 * sweep at once go one after the other; one that is killed has kept what it had copied.
 */
export async function recordChangedRecipients(
  { database, clock, accounts }: RecipientDependencies,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  await rewindMark(database, new Date(clock.now().getTime() - LATE_COMMIT_MILLISECONDS));
  await sweep({ database, accounts }, signal);
}

/**
 * Copies every account there is, and looks at everybody who was copied: whatever was ever missed, an account that is gone
 * included, is right again.
 */
export async function recordAllRecipients(
  { database, accounts }: RecipientDependencies,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  await rewindMark(database, null);
  await sweep({ database, accounts }, signal);
  for (let after: string | undefined = BEFORE_ALL; after !== undefined;) {
    signal.throwIfAborted();
    const userIds: readonly string[] = await listRecipientIds(database, after, STEP);
    await database.transaction((tx) => recordRecipients(tx, { accounts }, userIds));
    after = userIds.length === STEP ? userIds.at(-1) : undefined;
  }
}

async function sweep(
  { database, accounts }: Pick<RecipientDependencies, 'database' | 'accounts'>,
  signal: AbortSignal,
): Promise<void> {
  let passed: number;
  do {
    signal.throwIfAborted();
    passed = await database.transaction(async (tx) => {
      const changed = await accounts.listChangedAccounts(tx, await lockMark(tx), STEP);
      const last = changed.at(-1);
      if (last === undefined) return 0;
      await recordRecipients(
        tx,
        { accounts },
        changed.map(({ userId }) => userId),
      );
      await moveMark(tx, last);
      return changed.length;
    });
  } while (passed === STEP);
}

const COUNTRY = /^[A-Z]{2}$/;

function countryOf(phone: string): string | null {
  const region = regionOf(phone);
  // Codes that belong to no country, such as 001, have regions that are no letters.
  return region !== null && COUNTRY.test(region) ? region : null;
}

/** Forgets how an erased account was reached; safe to repeat, and nothing brings it back. */
export async function eraseRecipient(
  { database }: Pick<RecipientDependencies, 'database'>,
  { userId }: { readonly userId: string },
): Promise<void> {
  await database.transaction((tx) => deleteRecipients(tx, [userId]));
}
