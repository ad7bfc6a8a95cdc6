import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../database/transaction.ts';
import { replaceChallenge } from './code-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { CODE_LIFETIME, createCode, hashCode } from './one-time-code.ts';
import type { CodePurpose } from './one-time-code.ts';
import { hasRegistrationOfPhone } from './registration-store.ts';
import { codeText } from './texts.ts';
import { findCredentialsByPhone } from './credentials-store.ts';

/**
 * Makes a code and sends it, in one transaction. A number that may not have one gets a challenge nobody knows the answer
 * to and no SMS: guessing at it looks the same and costs the same. Safe to repeat.
 */
export async function sendOneTimeCode(
  {
    database,
    notifications,
    clock,
    codeSecret,
  }: Pick<IdentityParts, 'database' | 'notifications' | 'clock' | 'codeSecret'>,
  { requestId, purpose, phone }: { readonly requestId: string; readonly purpose: CodePurpose; readonly phone: string },
): Promise<void> {
  await database.transaction(async (tx) => {
    const owner = await findCredentialsByPhone(tx, phone);
    const hasAccount = owner !== undefined;
    const entitled = await mayReceive(tx, purpose, phone, hasAccount);
    const code = createCode();
    const hash = entitled ? hashCode(codeSecret, purpose, phone, code) : randomBytes(32);
    const replaced = await replaceChallenge(tx, { purpose, phone, requestId, hash });
    if (!replaced || !entitled) return;
    await notifications.queueMessages(tx, [
      {
        dedupeKey: `one-time-code:${requestId}`,
        channel: 'sms',
        class: 'otp',
        address: phone,
        ...codeText(code, purpose, hasAccount),
        ...(owner === undefined ? {} : { userId: owner.userId }),
        deadline: new Date(clock.now().getTime() + CODE_LIFETIME * 1000),
      },
    ]);
  });
}

async function mayReceive(tx: Transaction, purpose: CodePurpose, phone: string, hasAccount: boolean): Promise<boolean> {
  switch (purpose) {
    case 'login':
    case 'reset':
    case 'deletion':
      return hasAccount;
    case 'verify':
      return hasRegistrationOfPhone(tx, phone);
    case 'phone-change':
    case 'social':
      return true;
  }
}
