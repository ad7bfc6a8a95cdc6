import type { Listen } from '../../database/listen.ts';
import type { Database } from '../../database/transaction.ts';
import type { Publish } from '../../jobs/events.ts';
import type { Enqueue } from '../../jobs/queue.ts';
import type { BreachedPasswords } from '../../ports/breached-passwords.ts';
import type { SocialLoginProvider } from '../../ports/social-login.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/cursor.ts';
import type { KeyRing } from '../../shared/key-ring.ts';
import type { PersonalDataSection } from '../context.ts';
import type { NotificationQuestions } from '../notifications/index.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { RevokedSessions } from './revoked-sessions.ts';
import type { IdentitySettings } from './settings.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Where failures go that no caller sees. */
export interface IdentityLog {
  warn(details: { readonly error: unknown }, message: string): void;
}

/** What the composition gives to identity. */
export interface IdentityDependencies {
  /** For operations. */
  readonly database: Database;
  /** For jobs. */
  readonly workerDatabase: Database;
  readonly clock: Clock;
  readonly enqueue: Enqueue;
  readonly publish: Publish;
  readonly listen: Listen;
  readonly log: IdentityLog;
  readonly notifications: Pick<NotificationQuestions, 'queueMessages' | 'hasSmsBudget'>;
  readonly breachedPasswords: BreachedPasswords;
  /** Those in use, in the order they are offered. */
  readonly socialProviders: readonly SocialLoginProvider[];
  readonly cursors: Cursors;
  readonly settings: IdentitySettings;
  /** False where this process only verifies tokens and gives out none. Default true. */
  readonly signs?: boolean;
  /** 32 bytes, derived from PORTICO_SECRET for this purpose. */
  readonly codeSecret: Buffer;
  /** The same, for exports. */
  readonly exportSecret: Buffer;
  /** Of every context. */
  readonly personalData: () => Iterable<PersonalDataSection>;
  /** Protects what identity keeps sealed (sealed-columns.ts). */
  readonly keyRing: KeyRing;
}

/** What identity's use cases work with: what it was given, and what it made of it once per process. */
export interface IdentityParts extends IdentityDependencies {
  readonly hasher: PasswordHasher;
  readonly signingKeys: SigningKeys;
  readonly revokedSessions: RevokedSessions;
}
