import type { AuditChanges } from '../audit/record-audit.ts';
import type { Transaction } from '../database/transaction.ts';

/** A person who proved to be calling, from a verified access token of a session. */
export interface UserPrincipal {
  readonly kind: 'user';
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly string[];
  readonly scopes: ReadonlySet<string>;
}

/** A program that proved to be calling, from a verified access token of its own (`createClientToken`). It is nobody's. */
export interface ClientPrincipal {
  readonly kind: 'client';
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

/** Who proved to be calling. */
export type Principal = UserPrincipal | ClientPrincipal;

/** The id under which whoever acts is counted, and under which what they do is kept: an account's or a client's. */
export function callerId(principal: Principal): string {
  return principal.kind === 'user' ? principal.userId : principal.clientId;
}

/** What every handler knows about its call beside the input. */
export interface AnonymousCaller {
  readonly principal: Principal | null;
  /** The client's address, behind trusted proxies the forwarded one. */
  readonly ip: string;
  readonly requestId: string;
  readonly correlationId: string;
  /** Aborts when the client goes away or the process shuts down. */
  readonly signal: AbortSignal;
  /** The Authorization header, for operations that declare `x-basic-credentials`; for all others undefined. */
  readonly authorization?: string | undefined;
  /** The body as it was sent, for operations that declare `x-raw-body`; for all others undefined. */
  readonly rawBody?: Buffer | undefined;
}

/** A caller of an operation that declares `x-raw-body`: signatures cover bytes, not what they were parsed to. */
export interface RawBodyCaller {
  readonly rawBody: Buffer;
}

/** A caller of an operation whose `security` demands a token. */
export interface AuthenticatedCaller extends AnonymousCaller {
  readonly principal: UserPrincipal;
}

/** A caller of an operation that machine clients may call too (`oauth2` in its `security`). */
export interface AnyAuthenticatedCaller extends AnonymousCaller {
  readonly principal: Principal;
}

/**
 * A caller of an operation that declares `Idempotency-Key` or `x-audit`: the platform opened the transaction, will store the
 * answer or the audit entry in it, and commits all together. Throwing rolls the handler's effects back.
 */
export interface TransactionalCaller {
  readonly tx: Transaction;
  /** Runs what only this process must know, once the transaction is committed and before the answer leaves. */
  readonly afterCommit: (work: () => void) => void;
  /** Derives ids of rows this command creates from (scope, key), so that a retry after a crash builds the same rows. */
  readonly id: (label: string) => string;
}

/** A caller of an operation that declares `x-audit`: the platform writes the entry, the handler may say what changed. */
export interface AuditedCaller {
  /** Neither secrets nor personal values. */
  readonly auditChanges: (changes: AuditChanges) => void;
}
