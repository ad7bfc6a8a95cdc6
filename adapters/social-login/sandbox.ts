import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthorizationAnswer, SocialLoginProvider } from '../../src/ports/social-login.ts';
import { seal, unseal } from '../../src/shared/sealed.ts';
import { sandboxPeople } from './sandbox-people.ts';
import type { SandboxPerson } from './sandbox-people.ts';

export interface SandboxLoginOptions {
  /** 32 bytes, the same in every process of the installation: whoever knows them can log in as any of the sandbox's people. */
  readonly secret: Buffer;
  /** Default: {@link sandboxPeople}. */
  readonly people?: readonly SandboxPerson[];
  /** Milliseconds that only go forward. Default: the process clock. */
  readonly now?: () => number;
}

/** Seconds a code lives. */
const CODE_LIFETIME = 60;
const CONTEXT = 'sandbox social login';

/** What a code stands for. */
interface Granted {
  readonly subject: string;
  readonly state: string;
  readonly codeChallenge: string;
  readonly redirectUri: string;
  readonly expiresAt: number;
}

/**
 * A provider without a provider: it works offline, and its people log in at once, without a page. The person is whoever the hint
 * names, by subject or address; a hint that names nobody is the subject of somebody of whom nothing else is known. The address
 * to go to is already the one they come back to, with a code that is good once (in this process), for a minute, for this
 * request alone.
 */
export function createSandboxLogin({
  secret,
  people = sandboxPeople,
  now = Date.now,
}: SandboxLoginOptions): SocialLoginProvider {
  const used = new Map<string, number>();

  function grantedBy(code: string): Granted | undefined {
    try {
      return JSON.parse(unseal(secret, CONTEXT, Buffer.from(code, 'base64url')).toString()) as Granted;
    } catch {
      // Made up, cut or sealed elsewhere: no code of ours.
      return undefined;
    }
  }

  /** @returns false when it was used before */
  function useUp(code: string, expiresAt: number): boolean {
    for (const [old, end] of used) if (end <= now()) used.delete(old);
    const key = createHash('sha256').update(Buffer.from(code, 'base64url')).digest('base64');
    if (used.has(key)) return false;
    used.set(key, expiresAt);
    return true;
  }

  return {
    name: 'sandbox',
    title: 'Sandbox',
    authorize({ state, codeChallenge, redirectUri, loginHint }) {
      const hint = loginHint ?? people[0]?.subject ?? 'somebody';
      const subject = people.find(({ email }) => email?.verified === true && email.address === hint)?.subject ?? hint;
      const granted: Granted = { subject, state, codeChallenge, redirectUri, expiresAt: now() + CODE_LIFETIME * 1_000 };
      const url = new URL(redirectUri);
      url.searchParams.set('code', seal(secret, CONTEXT, Buffer.from(JSON.stringify(granted))).toString('base64url'));
      url.searchParams.set('state', state);
      return Promise.resolve({ outcome: 'ready', url: url.href });
    },
    identify(answer) {
      const granted = grantedBy(answer.code);
      if (granted === undefined || !fits(granted, answer) || granted.expiresAt <= now()) {
        return Promise.resolve({ outcome: 'refused', detail: 'invalid_grant' });
      }
      if (!useUp(answer.code, granted.expiresAt))
        return Promise.resolve({ outcome: 'refused', detail: 'invalid_grant' });
      const { subject } = granted;
      const person = people.find((known) => known.subject === subject) ?? { subject };
      return Promise.resolve({ outcome: 'identified', person: { issuer: 'urn:portico:sandbox', ...person } });
    },
  };
}

function fits(granted: Granted, { state, codeVerifier, redirectUri }: AuthorizationAnswer): boolean {
  const challenge = createHash('sha256').update(codeVerifier).digest();
  const expected = Buffer.from(granted.codeChallenge, 'base64url');
  const proven = challenge.length === expected.length && timingSafeEqual(challenge, expected);
  return proven && granted.state === state && granted.redirectUri === redirectUri;
}
