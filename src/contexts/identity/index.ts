import type { Principal } from '../../contract/caller.ts';
import type { Transaction } from '../../database/transaction.ts';
import { unauthenticated } from '../../shared/platform-problems.ts';
import type { ContextModule } from '../context.ts';
import { verifyAccessToken } from './access-token.ts';
import type { VerifiedToken } from './access-token.ts';
import { findClient } from './client-store.ts';
import { listChangedAccounts, readContacts } from './contact-store.ts';
import type { IdentityDependencies, IdentityParts } from './dependencies.ts';
import { createIdentityOperations } from './operations.ts';
import { createPersonalData } from './personal-data.ts';
import { createPasswordGate } from './password-gate.ts';
import { createPasswordHasher } from './password-hasher.ts';
import { problems } from './problems.ts';
import { createRevokedSessions } from './revoked-sessions.ts';
import { isPrivileged, scopesOf } from './role.ts';
import { sealedColumns } from './sealed-columns.ts';
import { SESSION_REVOKED_CHANNEL } from './session-store.ts';
import { SIGNING_KEYS_CHANNEL } from './signing-key-store.ts';
import { seedDemo } from './seed-demo.ts';
import type { DemoMembers } from './seed-demo.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createIdentityTasks, identitySchedule } from './tasks.ts';
import { findRoles } from './user-store.ts';

export type { VerifiedToken } from './access-token.ts';
export type { ChangePosition, Contact } from './contact-store.ts';
export type { IdentityDependencies, IdentityLog } from './dependencies.ts';
export { replaceSigningKeys, rotateSigningKeys } from './rotate-signing-keys.ts';
export type { SigningKeyDependencies } from './rotate-signing-keys.ts';
export { demoAccounts } from './seed-demo.ts';
export type { DemoAccount, DemoMembers } from './seed-demo.ts';
export { defaultSettings, secretPurposes } from './settings.ts';
export { sealedColumns } from './sealed-columns.ts';
export { wordings } from './wordings.ts';
export type { IdentitySettings, SendLimits } from './settings.ts';

export interface Identity extends ContextModule {
  /** Checks a token's signature, key, issuer, audience and time. @throws Problem 401 `unauthenticated`, always alike */
  verifyAccessToken(token: string): Promise<VerifiedToken>;
  /** Asked on every request, also when the token was verified before. */
  isSessionRevoked(sessionId: string): boolean;
  /** Whether only admins hold the scope: its loss is felt by the next request. */
  isPrivileged(scope: string): boolean;
  /** The principal with the roles held now: one indexed read. @throws Problem 401 when the account is gone */
  refreshPrincipal(principal: Principal): Promise<Principal>;
  /** Creates the demo accounts and `people` with a verified phone each. @returns who was created */
  seedDemo(tx: Transaction, options: { readonly people: number }): Promise<DemoMembers>;
  /** How accounts can be reached, for contexts that keep a copy. */
  readonly readContacts: typeof readContacts;
  readonly listChangedAccounts: typeof listChangedAccounts;
  /** Loads keys and ended sessions, and keeps both current. To be awaited before the first request. */
  start(): Promise<void>;
  /** Stops keeping them current. */
  close(): void;
}

/** Milliseconds between two looks at what other processes changed: the net under LISTEN. */
const CATCH_UP = 15_000;

export function createIdentity(dependencies: IdentityDependencies): Identity {
  const { database, settings, listen } = dependencies;
  const signingKeys = createSigningKeys(dependencies, { signs: dependencies.signs ?? true });
  const revokedSessions = createRevokedSessions(database, settings.accessTokenLifetime);
  const hasher = createPasswordHasher(
    createPasswordGate(settings.hashesAtOnce === undefined ? {} : { concurrency: settings.hashesAtOnce }),
    settings.bcryptCost,
  );
  const parts: IdentityParts = { ...dependencies, hasher, signingKeys, revokedSessions };
  let timer: NodeJS.Timeout | undefined;

  /** A look that fails is made up for by the next one: what is known so far stays good. */
  function catchUp(): void {
    Promise.all([signingKeys.load(), revokedSessions.load()]).catch((error: unknown) => {
      dependencies.log.warn({ error }, 'identity could not look for new signing keys and ended sessions');
    });
  }

  return {
    name: 'identity',
    operations: createIdentityOperations(parts),
    tasks: createIdentityTasks({ ...parts, database: dependencies.workerDatabase }),
    schedule: identitySchedule,
    subscriptions: {},
    personalData: createPersonalData(dependencies.workerDatabase),
    problems,
    sealedColumns,
    constraints: {
      users_verified_email_key: problems['email-taken'],
      users_verified_phone_key: problems['phone-taken'],
      data_exports_one_running: problems['export-running'],
      social_identities_one_owner: problems['identity-linked'],
      social_identities_one_per_issuer: problems['provider-linked'],
      users_keep_an_admin: problems['last-admin'],
    },
    verifyAccessToken: (token) => verifyAccessToken(parts, token),
    isSessionRevoked: (sessionId) => revokedSessions.has(sessionId),
    isPrivileged,
    async refreshPrincipal(principal) {
      if (principal.kind === 'client') {
        const client = await findClient(database, principal.clientId);
        if (client === undefined || client.disabled) throw unauthenticated();
        return { ...principal, scopes: new Set(client.scopes.filter((scope) => principal.scopes.has(scope))) };
      }
      const roles = await findRoles(database, principal.userId);
      if (roles === undefined) throw unauthenticated();
      return { ...principal, roles, scopes: scopesOf(roles) };
    },
    readContacts,
    listChangedAccounts,
    seedDemo: (tx, options) => seedDemo(parts, tx, options),
    async start() {
      await listen(SESSION_REVOKED_CHANNEL, {
        hear: (sessionId) => {
          revokedSessions.add([sessionId]);
        },
        resumed: catchUp,
      });
      await listen(SIGNING_KEYS_CHANNEL, { hear: catchUp, resumed: catchUp });
      await signingKeys.load();
      await revokedSessions.load();
      timer = setInterval(catchUp, CATCH_UP).unref();
    },
    close() {
      clearInterval(timer);
    },
  };
}
