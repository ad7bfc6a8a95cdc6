import type { BreachedPasswords } from '../../ports/breached-passwords.ts';
import { Problem } from '../../shared/problem.ts';
import { canonicalPassword, PASSWORD_BYTES } from './password-hasher.ts';
import { problems } from './problems.ts';
import type { IdentitySettings } from './settings.ts';

export interface PasswordPolicyDependencies {
  readonly breachedPasswords: BreachedPasswords;
  readonly settings: Pick<IdentitySettings, 'minimumPasswordLength' | 'acceptUncheckedPasswords'>;
}

export interface NewPassword {
  readonly password: string;
  /** The field it came in: `/password`. */
  readonly pointer: string;
  /** The account's own address and number: the first things an attacker tries. */
  readonly identifiers: readonly (string | null)[];
  readonly signal: AbortSignal;
}

/**
 * Judges a password somebody wants to have. No rules about kinds of characters: length, leaks and one's own names only.
 *
 * @throws Problem 409 `password-refused` whose field error says what would be right
 */
export async function requireGoodPassword(
  dependencies: PasswordPolicyDependencies,
  { password, pointer, identifiers, signal }: NewPassword,
): Promise<void> {
  const refusal = refuse(password, identifiers, dependencies.settings.minimumPasswordLength);
  if (refusal !== undefined) throw refused(pointer, refusal);
  const answer = await dependencies.breachedPasswords.find(password.normalize('NFC'), { signal });
  if (answer.outcome === 'found') throw refused(pointer, 'is known from leaks; choose one nobody else uses');
  if (answer.outcome === 'unavailable' && !dependencies.settings.acceptUncheckedPasswords) {
    throw refused(pointer, 'cannot be checked against leaks at the moment; try again later');
  }
}

function refuse(password: string, identifiers: readonly (string | null)[], minimum: number): string | undefined {
  if (!password.isWellFormed()) return 'must be well-formed Unicode';
  const bytes = canonicalPassword(password).length;
  if (bytes > PASSWORD_BYTES) return `must be at most ${PASSWORD_BYTES} bytes in UTF-8; it has ${bytes}`;
  if ([...password.normalize('NFC')].length < minimum) return `must have at least ${minimum} characters`;
  const lower = password.normalize('NFC').toLowerCase();
  const names = identifiers.filter((name) => name !== null);
  return names.some((name) => resembles(lower, name.toLowerCase()))
    ? 'must not be your own address or number'
    : undefined;
}

/** The identifier itself, its parts before and after the @, and a number without its +, however often repeated. */
function resembles(password: string, identifier: string): boolean {
  const [local = identifier] = identifier.split('@');
  return [identifier, local, identifier.replace('+', '')].some(
    (name) => name.length >= 4 && password.split(name).join('').length < 4 && password.includes(name),
  );
}

function refused(pointer: string, detail: string): Problem {
  return new Problem(problems['password-refused'], {
    detail: 'This password cannot be accepted.',
    errors: [{ pointer, detail }],
  });
}
