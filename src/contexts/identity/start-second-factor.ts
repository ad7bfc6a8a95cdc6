import { cipherOf } from '../../database/sealed-column.ts';
import { unauthenticated } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import { checkPassword } from './check-password.ts';
import { findCredentialsById } from './credentials-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { problems } from './problems.ts';
import { currentPasswordWrong } from './refusals.ts';
import { totpSecretColumn } from './sealed-columns.ts';
import { replacePendingTotp } from './second-factor-store.ts';
import { createTotpSecret, describeTotpSecret } from './totp.ts';
import { lockAccount } from './user-store.ts';

export interface SecondFactorStart {
  readonly userId: string;
  readonly currentPassword: string;
  readonly ip: string;
  readonly signal: AbortSignal;
}

/**
 * Gives a new secret for an authenticator app. Log-ins ask for it only after `completeSecondFactor`.
 *
 * @throws Problem 409 `current-password-wrong`, `second-factor-enabled`, 429, 503
 */
export async function startSecondFactor(
  parts: Pick<IdentityParts, 'database' | 'hasher' | 'keyRing'>,
  { userId, currentPassword, ip, signal }: SecondFactorStart,
): Promise<{ readonly secret: string; readonly uri: string }> {
  const { database, keyRing } = parts;
  const guess = { identifier: userId, password: currentPassword, ip, signal };
  const credentials = await checkPassword(parts, guess, () => findCredentialsById(database, userId));
  if (credentials === undefined) throw currentPasswordWrong();
  const secret = createTotpSecret();
  return database.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    if (account === undefined) throw unauthenticated();
    const cipher = cipherOf(keyRing, totpSecretColumn).seal(userId, secret);
    if (!(await replacePendingTotp(tx, userId, cipher))) throw new Problem(problems['second-factor-enabled']);
    return describeTotpSecret(secret, account.email ?? account.phone ?? userId);
  });
}
