import type { Transaction } from '../../database/transaction.ts';
import { requireMatch } from '../../shared/etag.ts';
import { newId } from '../../shared/id.ts';
import { unauthenticated } from '../../shared/platform-problems.ts';
import type { Account, Profile } from './account.ts';
import { chargeEmail } from './charge-message.ts';
import type { IdentityParts } from './dependencies.ts';
import { requestEmailChange, withdrawEmailChange } from './email-change-store.ts';
import { normalizeEmail } from './identifier.ts';
import { sendEmailChangeMailJob } from './jobs.ts';
import { UserModel } from './models.ts';
import { findAccount, lockAccount } from './user-store.ts';

export interface ProfileUpdate extends Profile {
  readonly userId: string;
  /** The address the account shall have; undefined leaves everything about addresses as it is. */
  readonly email: string | undefined;
  /** The state the change is based on. */
  readonly ifMatch: string | undefined;
}

type Parts = Pick<IdentityParts, 'database' | 'enqueue' | 'settings'>;

/**
 * Changes one's own profile. A new address waits for its proof; whether it has an account already is judged in the job
 * that mails, so that nobody can tell from here. A change that changes nothing keeps the version.
 *
 * @throws Problem 412 `precondition-failed`, 429 `too-many-requests` when too much was mailed to the new address
 */
export async function updateProfile(parts: Parts, update: ProfileUpdate): Promise<Account> {
  return parts.database.transaction(async (tx) => {
    const account = await lockAccount(tx, update.userId);
    if (account === undefined) throw unauthenticated();
    requireMatch(update.ifMatch, account.version, false);
    const addressChanged = await changeAddress(parts, tx, account, update.email);
    const { gender, age } = update;
    if (!addressChanged && gender === account.gender && age === account.age) return account;
    await UserModel.change(tx, account.id, { gender, age });
    return (await findAccount(tx, account.id)) ?? account;
  });
}

/** @returns whether a wish for another address has come, changed or gone */
async function changeAddress(
  parts: Parts,
  tx: Transaction,
  account: Account,
  typed: string | undefined,
): Promise<boolean> {
  if (typed === undefined) return false;
  const email = normalizeEmail(typed);
  if (email === account.email) {
    if (account.pendingEmail === null) return false;
    await withdrawEmailChange(tx, account.id);
    return true;
  }
  if (email === account.pendingEmail) return false;
  await chargeEmail(tx, parts, email);
  const requestId = newId();
  await requestEmailChange(tx, { userId: account.id, requestId, email });
  await parts.enqueue(tx, sendEmailChangeMailJob, { requestId });
  return true;
}
