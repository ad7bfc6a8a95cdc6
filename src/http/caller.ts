import type { AnonymousCaller, TransactionalCaller } from '../contract/caller.ts';
import type { Exchange } from './exchange.ts';

/** What ends a request early, beside its client. */
export interface CallerOptions {
  readonly exchange: Exchange;
  /** Aborts when this request may no longer run: the grace of a shutdown is over, or, for streams, it began. */
  readonly ending: AbortSignal;
  /** For streams: when the access token expires. */
  readonly expiresAt: Date | null;
  /** The body's bytes, for operations that declare `x-raw-body`. */
  readonly rawBody?: Buffer | undefined;
}

/** The caller as handlers see it. Its signal is made only for those that look at it. */
export function createCaller(options: CallerOptions): AnonymousCaller {
  return new Caller(options);
}

class Caller implements AnonymousCaller {
  readonly principal: AnonymousCaller['principal'];
  readonly ip: string;
  readonly requestId: string;
  readonly correlationId: string;
  readonly authorization: string | undefined;
  readonly rawBody: Buffer | undefined;
  private readonly options: CallerOptions;
  private made: AbortSignal | undefined;

  constructor(options: CallerOptions) {
    const { exchange } = options;
    this.principal = exchange.principal;
    this.ip = exchange.ip;
    this.requestId = exchange.requestId;
    this.correlationId = exchange.correlationId;
    this.authorization = exchange.route?.basicCredentials === true ? exchange.req.headers.authorization : undefined;
    this.rawBody = options.rawBody;
    this.options = options;
  }

  get signal(): AbortSignal {
    this.made ??= endOfRequest(this.options);
    return this.made;
  }
}

/** The same caller inside the platform's transaction. */
export function inTransaction(
  caller: AnonymousCaller,
  { tx, id, afterCommit }: TransactionalCaller,
): AnonymousCaller & TransactionalCaller {
  return {
    principal: caller.principal,
    ip: caller.ip,
    requestId: caller.requestId,
    correlationId: caller.correlationId,
    get signal() {
      return caller.signal;
    },
    tx,
    id,
    afterCommit,
  };
}

function endOfRequest({ exchange: { res }, ending, expiresAt }: CallerOptions): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (res.closed || ending.aborted) abort();
  ending.addEventListener('abort', abort, { once: true });
  const expiry = expiresAt === null ? undefined : setTimeout(abort, waitUntil(expiresAt));
  res.once('close', () => {
    clearTimeout(expiry);
    ending.removeEventListener('abort', abort);
    if (!res.writableFinished) abort();
  });
  return controller.signal;
}

/** What a timer takes at most, 24.8 days: given more, Node calls back at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

function waitUntil(moment: Date): number {
  return Math.min(Math.max(0, moment.getTime() - Date.now()), LONGEST_TIMER);
}
