import pg from 'pg';
import type { Transaction } from '../../../database/transaction.ts';
import type { Account } from '../account.ts';
import { claimPhone } from '../claim-phone.ts';
import { findCredentialsByPhone } from '../credentials-store.ts';
import type { IdentityParts } from '../dependencies.ts';
import { recordSecurityEvent } from '../record-security-event.ts';
import { setPhone } from '../user-store.ts';
import type { KnownPerson } from './known-person.ts';

/**
 * Gives an account without a number the one that a trusted provider has verified; its bonuses that wait are claimed by the
 * event. A number that somebody else has stays theirs, and one that the account has is never replaced. The caller holds the
 * account's row.
 */
export async function adoptPhone(
  parts: Pick<IdentityParts, 'notifications' | 'publish'>,
  tx: Transaction,
  { id: userId, phone: present }: Account,
  { phone }: KnownPerson,
): Promise<void> {
  if (present !== null || phone?.verified !== true) return;
  const { number } = phone;
  if ((await findCredentialsByPhone(tx, number)) !== undefined) return;
  try {
    await tx.savepoint(async () => {
      await claimPhone(parts, tx, { userId, phone: number, transfer: false });
      const verifiedAt = await setPhone(tx, userId, number);
      await recordSecurityEvent(tx, 'phone-changed', userId);
      await parts.publish(tx, 'user.phone_verified', { userId, phone: number, verifiedAt });
    });
  } catch (error) {
    // Somebody else has proven it since we looked.
    if (!(error instanceof pg.DatabaseError) || error.constraint !== 'users_verified_phone_key') throw error;
  }
}
