import { beginLogin, signLogin } from './begin-login.ts';
import type { LoginOutcome } from './begin-login.ts';
import type { LoginOrigin } from './begin-session.ts';
import { checkCode } from './check-code.ts';
import { consumeChallenge } from './code-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { requirePhone } from './identifier.ts';
import { invalidCredentials } from './refusals.ts';
import { lockCredentialsByPhone } from './credentials-store.ts';

export interface CodeLogin extends LoginOrigin {
  readonly phone: string;
  readonly code: string;
}

/**
 * Logs in with a one-time code for the purpose `login`.
 *
 * @throws Problem 401 `invalid-credentials` (unknown number and wrong code alike), 409 `phone-not-valid`, 429
 */
export async function createCodeSession(
  parts: Pick<IdentityParts, 'database' | 'codeSecret' | 'signingKeys' | 'clock' | 'settings'>,
  login: CodeLogin,
): Promise<LoginOutcome> {
  const phone = requirePhone(login.phone, parts.settings.phoneRegion);
  const guess = { purpose: 'login', phone, code: login.code, refuse: invalidCredentials } as const;
  const challenge = await checkCode(parts, guess);
  const begun = await parts.database.transaction(async (tx) => {
    const owner = await lockCredentialsByPhone(tx, phone);
    if (owner === undefined || !(await consumeChallenge(tx, challenge))) throw invalidCredentials();
    return beginLogin(tx, owner.userId, login);
  });
  return signLogin(parts, begun);
}
